package org.p2vit.generator.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2vit.generator.Design;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.Simulation;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.VerilatorBuild;

/**
 * Outcome of running a design under Verilator on some images and comparing every tensor with the
 * golden model.
 *
 * @param images one result an image, in order
 * @param starts one an execution of the program, in order
 * @param imagesPerStart images that each computed, back to back
 */
public record RtlVerification(
    List<ImageResult> images, List<StartResult> starts, int imagesPerStart) {

  /** Fine enough to see single row blocks of a small array; less than 2 bytes a cycle. */
  private static final int EXECUTION_WINDOW_CYCLES = 16;

  /**
   * One image.
   *
   * @param index in the source
   * @param name of the image
   * @param report comparison of all tensors
   */
  public record ImageResult(int index, String name, VerificationReport report) {}

  /**
   * One execution of the program.
   *
   * @param index in the order of the images
   * @param cycles from the start command to done
   * @param counters the engine's registers after the run
   * @param cyclesPerSecond that its simulation did, on one core
   * @param execution what each chunk did when; of the first start only
   */
  public record StartResult(
      int index,
      long cycles,
      Map<RegisterMap, Long> counters,
      double cyclesPerSecond,
      Optional<ExecutionTrace> execution) {}

  /**
   * How to simulate.
   *
   * @param axi behaviour of the memory
   * @param trace waveform of the first image, if wanted
   * @param build the Verilator builds
   */
  public record Options(
      Simulation.AxiBehaviour axi, Optional<Simulation.Trace> trace, VerilatorBuild build) {

    /** 100 cycles of memory latency, no stalls, no waveform. */
    public static Options standard() {
      return new Options(
          Simulation.AxiBehaviour.of(100, 0, 1), Optional.empty(), new VerilatorBuild());
    }

    public Options withAxi(Simulation.AxiBehaviour behaviour) {
      return new Options(behaviour, trace, build);
    }

    public Options withTrace(Optional<Simulation.Trace> wanted) {
      return new Options(axi, wanted, build);
    }
  }

  /** Hears of the steps. */
  public interface Listener extends BuildProgress, RtlProgress {}

  /** Tells nobody. */
  public static final Listener SILENT =
      new Listener() {
        @Override
        public void at(String step, int done, int total) {}

        @Override
        public void at(double imagesDone, int images, long cyclesPerSecond) {}
      };

  /** Whether no element of any tensor of any image differs. */
  public boolean exact() {
    return images.stream().allMatch(i -> i.report().exact());
  }

  /** Elements compared, over all images. */
  public long elements() {
    return images.stream().mapToLong(i -> i.report().elements()).sum();
  }

  /** Mean over all images. */
  public double cyclesPerImage() {
    double mean = starts.stream().mapToLong(StartResult::cycles).average().orElse(Double.NaN);
    return mean / imagesPerStart;
  }

  /** Clock cycles a second that the simulations did, each on one core; mean over all starts. */
  public double cyclesPerSecond() {
    return starts.stream().mapToDouble(StartResult::cyclesPerSecond).average().orElse(Double.NaN);
  }

  /**
   * Builds (or takes from the cache), runs, compares.
   *
   * @throws org.p2vit.verif.SimulationException if the engine stops with an error or never ends
   */
  public static RtlVerification run(
      QuantizedModel model, Design design, ImageSource images, Options options, Listener listener) {
    CompiledModel compiled = design.compiled();
    Simulator simulator =
        Simulator.build(
            design.rtl(),
            compiled.architecture(),
            options.trace().map(Simulation.Trace::format).orElse(BuildRequest.Waveform.NONE),
            options.build(),
            listener);
    List<byte[]> inputs = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      inputs.add(InputCodes.of(images.image(i), model.preprocessing(), model.shape()));
    }
    Verifier verifier = new Verifier(compiled, new GoldenModel(model));
    List<ImageResult> results = new ArrayList<>();
    List<StartResult> starts = new ArrayList<>();
    int perStart = compiled.images();
    RtlRunner.Options runner =
        new RtlRunner.Options(
            options.axi(),
            Runtime.getRuntime().availableProcessors(),
            options.trace(),
            OptionalInt.of(EXECUTION_WINDOW_CYCLES));
    new RtlRunner(compiled, design.map(), simulator)
        .run(
            inputs,
            runner,
            listener,
            start -> {
              int first = start.index() * perStart;
              List<VerificationReport> reports =
                  verifier.verify(
                      inputs.subList(first, first + perStart), start.taps(), start.output());
              for (int i = 0; i < perStart; i++) {
                String name = images.image(first + i).name();
                results.add(new ImageResult(first + i, name, reports.get(i)));
              }
              starts.add(
                  new StartResult(
                      start.index(),
                      start.run().engineCycles(),
                      start.run().registers(),
                      start.cyclesPerSecond(),
                      start.execution()));
            });
    results.sort(Comparator.comparingInt(ImageResult::index));
    starts.sort(Comparator.comparingInt(StartResult::index));
    return new RtlVerification(List.copyOf(results), List.copyOf(starts), perStart);
  }
}
