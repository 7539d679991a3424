package org.p2vit.generator.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.p2vit.generator.Design;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.MemoryMap;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.EngineRegisters;
import org.p2vit.verif.Simulation;
import org.p2vit.verif.SimulationProgress;
import org.p2vit.verif.SimulationResult;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.VerilatorBuild;

/**
 * Outcome of running a design under Verilator on some images and comparing every tensor with the
 * golden model.
 *
 * @param images one result an image, in order; stops after the first image that does not finish
 * @param requested images that were asked for
 * @param simulatedCycles of all images, register accesses included
 * @param simulationSeconds wall-clock time of the simulation alone
 */
public record RtlVerification(
    List<ImageResult> images, int requested, long simulatedCycles, double simulationSeconds) {

  /**
   * One image.
   *
   * @param name of the image
   * @param outcome how the engine ended, "done" if well
   * @param report comparison of all tensors; empty if the engine did not finish
   * @param logits as stored by the engine
   * @param counters the engine's registers after the run
   */
  public record ImageResult(
      String name,
      String outcome,
      Optional<VerificationReport> report,
      int[] logits,
      Map<RegisterMap, Long> counters) {

    public boolean exact() {
      return report.map(VerificationReport::exact).orElse(false);
    }

    public long cycles() {
      return counters.get(RegisterMap.CYCLES) | counters.get(RegisterMap.CYCLES_HIGH) << 32;
    }
  }

  /**
   * How to simulate.
   *
   * @param axi behaviour of the memory
   * @param cycleLimit of one image; an engine that takes longer counts as hung
   * @param watchdog value of the engine's watchdog register
   * @param trace waveform file, if wanted
   * @param build the Verilator builds
   */
  public record Options(
      Simulation.AxiBehaviour axi,
      long cycleLimit,
      int watchdog,
      Optional<Path> trace,
      VerilatorBuild build) {

    /** No waveform; a plain memory. */
    public static Options standard() {
      return new Options(
          Simulation.AxiBehaviour.PLAIN, 1L << 32, 1 << 20, Optional.empty(), new VerilatorBuild());
    }

    public Options withAxi(Simulation.AxiBehaviour behaviour) {
      return new Options(behaviour, cycleLimit, watchdog, trace, build);
    }

    public Options withTrace(Optional<Path> file) {
      return new Options(axi, cycleLimit, watchdog, file, build);
    }
  }

  /** Hears of the steps. */
  public interface Listener extends BuildProgress, SimulationProgress {}

  /** Whether all images finished and no element of any tensor differs. */
  public boolean exact() {
    return images.size() == requested && images.stream().allMatch(ImageResult::exact);
  }

  /** Elements compared, over all images. */
  public long elements() {
    return images.stream()
        .flatMap(i -> i.report().stream())
        .mapToLong(VerificationReport::elements)
        .sum();
  }

  /** Mean over the images; the cycles of an image do not depend on its content. */
  public double cyclesPerImage() {
    return images.stream().mapToLong(ImageResult::cycles).average().orElse(Double.NaN);
  }

  /** Share of all cycles in which the MatMul array multiplied. */
  public double matmulBusy() {
    return images.stream()
            .mapToDouble(i -> i.counters().get(RegisterMap.MATMUL_BUSY))
            .average()
            .orElse(Double.NaN)
        / cyclesPerImage();
  }

  /** Builds (or takes from the cache), runs, compares. */
  public static RtlVerification run(
      QuantizedModel model, Design design, ImageSource images, Options options, Listener listener) {
    CompiledModel compiled = design.compiled();
    Simulator simulator =
        Simulator.build(
            design.rtl(),
            compiled.architecture(),
            options.trace().isPresent(),
            options.build(),
            listener);
    Path taps = temporaryDirectory();
    try {
      List<byte[]> inputs = new ArrayList<>();
      List<Simulation.Run> runs = new ArrayList<>();
      MemoryMap map = design.map();
      for (int i = 0; i < images.count(); i++) {
        byte[] codes = InputCodes.of(images.image(i), model.preprocessing(), model.shape());
        inputs.add(codes);
        runs.add(run(compiled, map, codes, options, i, taps));
      }
      SimulationResult result =
          simulator.run(
              new Simulation(
                  regions(compiled, map),
                  runs,
                  options.axi(),
                  options.cycleLimit(),
                  options.trace().map(Simulation.Trace::of)),
              listener);
      Verifier verifier = new Verifier(compiled, new GoldenModel(model));
      List<ImageResult> results = new ArrayList<>();
      for (int i = 0; i < result.runs().size(); i++) {
        results.add(
            compare(
                images.image(i).name(),
                result.runs().get(i),
                compiled,
                verifier,
                inputs.get(i),
                taps.resolve("image-" + i)));
      }
      return new RtlVerification(results, images.count(), result.cycles(), result.seconds());
    } finally {
      delete(taps);
    }
  }

  private static List<Simulation.Region> regions(CompiledModel compiled, MemoryMap map) {
    return List.of(
        new Simulation.Region("program", map.program().address(), compiled.encodedProgram(), false),
        new Simulation.Region("model", map.model().address(), compiled.image(), false),
        new Simulation.Region(
            "input", map.input().address(), new byte[compiled.input().bytes()], false),
        new Simulation.Region(
            "output", map.output().address(), new byte[compiled.output().bytes()], true));
  }

  private static Simulation.Run run(
      CompiledModel compiled, MemoryMap map, byte[] codes, Options options, int index, Path taps) {
    EngineRegisters registers =
        new EngineRegisters(
            map.program().address(),
            map.model().address(),
            map.input().address(),
            map.output().address(),
            map.output().bytes(),
            options.watchdog());
    return new Simulation.Run(
        "image-" + index,
        List.of(new Simulation.Load(map.input().address(), compiled.input().encode(codes))),
        registers.writes(),
        List.of(new Simulation.Save(map.output().address(), compiled.output().bytes())),
        Optional.of(taps.resolve("image-" + index)));
  }

  private static ImageResult compare(
      String name,
      SimulationResult.RunResult run,
      CompiledModel compiled,
      Verifier verifier,
      byte[] codes,
      Path taps) {
    if (!run.done()) {
      return new ImageResult(name, run.outcome(), Optional.empty(), new int[0], run.registers());
    }
    byte[] output = run.saved().get(0);
    return new ImageResult(
        name,
        run.outcome(),
        Optional.of(verifier.verify(codes, TapFiles.read(taps), output)),
        compiled.output().decode(output),
        run.registers());
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("p2vit-taps-");
    } catch (IOException e) {
      throw new InputException("cannot make a directory for the simulation's tensors: " + e, e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      // Temporary files that cannot be deleted are no reason to lose the result.
    }
  }
}
