package org.p2vit.generator.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.stream.Stream;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.generator.compile.CompileOptions;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.FileErrors;
import org.p2vit.model.io.ResultFile;
import org.p2vit.model.io.Sha256;
import org.p2vit.rtl.Architecture;

/**
 * What a simulation of whole images gave; kept as a file, so that benchmarks that were interrupted
 * go on where they were.
 *
 * @param key of all that the result depends on: RTL, program, weights, memory
 * @param array rows x columns x depth
 * @param memoryBytes all buffers
 * @param exact whether every element of every tensor equals the golden model's
 * @param elements compared
 * @param cycles an image
 * @param predicted by the cycle model, an image
 * @param utilization MACs of the array over those that it could have done
 * @param cyclesPerSecond of the simulation
 */
record RtlMeasurement(
    String key,
    String array,
    long memoryBytes,
    boolean exact,
    long elements,
    double cycles,
    double predicted,
    double utilization,
    double cyclesPerSecond) {
  /**
   * Simulates a workload, unless {@code directory} holds the result for exactly this design.
   *
   * @param images at least as many as one start computes
   */
  static RtlMeasurement of(
      Workload workload,
      QuantizedModel model,
      ImageSource images,
      Path directory,
      RtlVerification.Listener listener) {
    Architecture arch = P2vit.fit(model, workload.fit());
    Path work = directory.resolve(workload.id());
    Design design =
        P2vit.generate(model, arch, CompileOptions.DEFAULT.withImages(workload.images()), work);
    String key = key(design, workload);
    Path file = directory.resolve(workload.id() + ".json");
    Optional<RtlMeasurement> earlier =
        ResultFile.read(RtlMeasurement.class, file).filter(m -> m.key.equals(key));
    if (earlier.isPresent()) {
      return earlier.get();
    }
    RtlVerification v =
        P2vit.verify(
            model,
            design,
            images.slice(0, workload.images()),
            RtlVerification.Options.standard().withAxi(workload.axi()),
            listener);
    double predicted =
        P2vit.cycles(design.compiled().schedule(), new MemoryTiming(workload.latency())).total();
    RtlMeasurement result =
        new RtlMeasurement(
            key,
            arch.rows() + " x " + arch.columns() + " x " + arch.depth(),
            design.compiled().schedule().bufferBytes(),
            v.exact(),
            v.elements(),
            v.cyclesPerImage(),
            predicted / workload.images(),
            model.multiplierMacs() / (v.cyclesPerImage() * arch.macs()),
            v.cyclesPerSecond());
    ResultFile.write(result, file);
    return result;
  }

  private static String key(Design design, Workload workload) {
    try {
      MessageDigest digest = Sha256.digest();
      try (Stream<Path> files = Files.list(design.directory().resolve("rtl"))) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          digest.update(Files.readAllBytes(file));
        }
      }
      digest.update(design.compiled().encodedProgram());
      digest.update(design.compiled().image());
      digest.update(workload.axi().toString().getBytes(StandardCharsets.UTF_8));
      return Sha256.hex(digest);
    } catch (IOException e) {
      throw FileErrors.cannot("read the design in", design.directory(), e);
    }
  }
}
