package org.p2vit.generator.bench;

import java.nio.file.Path;
import java.util.Optional;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.VerilatorBuild;

/**
 * How long a user waits for the first simulated image.
 *
 * @param elaborateSeconds Chisel and firtool
 * @param buildSeconds Verilator and g++, nothing in the cache
 * @param imageSeconds simulation of one image, one core
 * @param cyclesPerSecond of the simulation
 * @param verifySeconds simulation, golden model and comparison
 */
record SimulationSpeed(
    double elaborateSeconds,
    double buildSeconds,
    double imageSeconds,
    double cyclesPerSecond,
    double verifySeconds) {

  /**
   * @param directory gets the design and a cache of its own, which must be empty
   */
  static SimulationSpeed measure(
      Workload workload,
      QuantizedModel model,
      ImageSource images,
      Path directory,
      RtlVerification.Listener listener) {
    long start = System.nanoTime();
    Design design = P2vit.generate(model, P2vit.fit(model, workload.fit()), directory);
    long elaborated = System.nanoTime();
    VerilatorBuild build = new VerilatorBuild(directory.resolve("cache"));
    Simulator.build(
        design.rtl(),
        design.compiled().architecture(),
        BuildRequest.Waveform.NONE,
        build,
        listener);
    long built = System.nanoTime();
    RtlVerification.Options options =
        new RtlVerification.Options(workload.axi(), Optional.empty(), build);
    RtlVerification v = P2vit.verify(model, design, images.slice(0, 1), options, listener);
    long verified = System.nanoTime();
    return new SimulationSpeed(
        seconds(start, elaborated),
        seconds(elaborated, built),
        v.cyclesPerImage() / v.cyclesPerSecond(),
        v.cyclesPerSecond(),
        seconds(built, verified));
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
