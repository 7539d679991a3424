package org.p2vit.generator.verify;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.MemoryMap;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.model.InputException;
import org.p2vit.model.io.Scratch;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.verif.EngineRegisters;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.Simulation;
import org.p2vit.verif.SimulationException;
import org.p2vit.verif.SimulationResult;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.Tasks;

/**
 * Runs images through a compiled model's accelerator in simulation: several processes, each of
 * which loads the model once and takes some of the starts.
 */
public final class RtlRunner {

  /**
   * @param axi how the memory behaves; each process gets a seed of its own
   * @param processes simulations at the same time
   * @param trace waveform of the first image, if wanted (the simulator must be built for it)
   * @param executionWindow resolution in cycles of the first image's {@link ExecutionTrace}, if
   *     wanted
   */
  public record Options(
      Simulation.AxiBehaviour axi,
      int processes,
      Optional<Simulation.Trace> trace,
      OptionalInt executionWindow) {

    /** Plain memory, one process a core, no records. */
    public static Options plain() {
      return new Options(
          Simulation.AxiBehaviour.PLAIN,
          Runtime.getRuntime().availableProcessors(),
          Optional.empty(),
          OptionalInt.empty());
    }
  }

  /** Images that a process takes at a time: bounds what their tap files need on disk. */
  private static final int BATCH = 8;

  /** Cycles without a sign of life; the longest row block of a small array takes some thousand. */
  private static final int WATCHDOG_CYCLES = 1_000_000;

  /** How many times longer than its bare work a program may take before it is given up. */
  private static final long PATIENCE = 50;

  private static final String EXECUTION_FILE = "execution.bin";

  private static final long LEAST_CYCLE_LIMIT = 10_000_000;

  private final CompiledModel compiled;
  private final Simulator simulator;
  private final MemoryMap map;

  /**
   * @param map where program, model, input and output are
   * @param simulator of the architecture that {@code compiled} was made for
   */
  public RtlRunner(CompiledModel compiled, MemoryMap map, Simulator simulator) {
    this.compiled = compiled;
    this.map = map;
    this.simulator = simulator;
  }

  /**
   * @param inputs codes of each image, T x patch length; as many as whole starts take
   * @param consumer receives each start as its batch is done, in no particular order, one at a time
   * @throws InputException if the images do not fill whole starts
   * @throws SimulationException if the engine stops with an error or never ends
   */
  public void run(
      List<byte[]> images, Options options, RtlProgress progress, Consumer<RtlStart> consumer) {
    int perStart = compiled.images();
    if (images.size() % perStart != 0) {
      throw new InputException(
          "%d images; the program takes %d a start, so a multiple of that is needed"
              .formatted(images.size(), perStart));
    }
    List<List<byte[]>> inputs = new ArrayList<>();
    for (int i = 0; i < images.size(); i += perStart) {
      inputs.add(images.subList(i, i + perStart));
    }
    int batch = Math.min(BATCH, (inputs.size() + options.processes() - 1) / options.processes());
    ProgressSum sum = new ProgressSum(inputs.size(), compiled.jobs().size(), progress);
    ExecutorService pool = Executors.newFixedThreadPool(options.processes());
    try {
      ExecutorCompletionService<Void> tasks = new ExecutorCompletionService<>(pool);
      int count = 0;
      for (int first = 0; first < inputs.size(); first += batch) {
        int from = first;
        int to = Math.min(inputs.size(), first + batch);
        tasks.submit(() -> runBatch(inputs, from, to, options, sum, consumer), null);
        count++;
      }
      for (int i = 0; i < count; i++) {
        Tasks.await(tasks.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("the simulation was interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private void runBatch(
      List<List<byte[]>> inputs,
      int from,
      int to,
      Options options,
      ProgressSum sum,
      Consumer<RtlStart> consumer) {
    try (Scratch scratch = Scratch.temporary("p2vit-taps-")) {
      Path directory = scratch.directory();
      List<Simulation.Run> runs = new ArrayList<>();
      for (int i = from; i < to; i++) {
        runs.add(run(i, inputs.get(i), directory.resolve("" + i), options));
      }
      Simulation simulation =
          new Simulation(
              memory(),
              runs,
              options.axi().withSeed(options.axi().seed() + from),
              cycleLimit(),
              from == 0 ? options.trace() : Optional.empty());
      SimulationResult result =
          simulator.run(
              simulation,
              (run, count, cycles, perSecond, jobs) -> sum.at(from, run, perSecond, jobs));
      sum.done(from, to - from);
      for (int i = 0; i < result.runs().size(); i++) {
        SimulationResult.RunResult run = result.runs().get(i);
        check(run);
        Path taps = directory.resolve("" + (from + i));
        Path execution = taps.resolve(EXECUTION_FILE);
        RtlStart start =
            new RtlStart(
                from + i,
                run.saved().get(0),
                TapFiles.read(taps),
                run,
                result.cycles() / result.seconds(),
                Files.exists(execution)
                    ? Optional.of(ExecutionTrace.read(execution))
                    : Optional.empty());
        synchronized (this) {
          consumer.accept(start);
        }
      }
    }
  }

  private Simulation.Run run(int index, List<byte[]> codes, Path taps, Options options) {
    EngineRegisters registers =
        new EngineRegisters(
            map.program().address(),
            map.model().address(),
            map.input().address(),
            map.output().address(),
            map.output().bytes(),
            WATCHDOG_CYCLES);
    long input = map.input().address();
    long output = map.output().address();
    return new Simulation.Run(
        (compiled.images() == 1 ? "image" : "start") + index,
        List.of(
            new Simulation.Load(input, inputRegion(codes)),
            // What the image before left must not pass for this one's.
            new Simulation.Load(output, new byte[map.output().bytes()])),
        registers.writes(),
        List.of(new Simulation.Save(output, map.output().bytes())),
        Optional.of(taps),
        index == 0 && options.executionWindow().isPresent()
            ? Optional.of(
                new Simulation.ExecutionRecording(
                    taps.resolve(EXECUTION_FILE), options.executionWindow().getAsInt()))
            : Optional.empty());
  }

  private byte[] inputRegion(List<byte[]> codes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    codes.forEach(c -> bytes.writeBytes(compiled.input().encode(c)));
    return bytes.toByteArray();
  }

  private List<Simulation.Region> memory() {
    return List.of(
        new Simulation.Region("program", map.program().address(), compiled.encodedProgram(), false),
        new Simulation.Region("model", map.model().address(), compiled.image(), false),
        new Simulation.Region("input", map.input().address(), new byte[map.input().bytes()], false),
        new Simulation.Region(
            "output", map.output().address(), new byte[map.output().bytes()], true));
  }

  /**
   * Beyond what a program takes on any memory that is worth simulating. The engine's own watchdog
   * comes first if nothing moves; this is for an engine that moves and never ends.
   */
  private long cycleLimit() {
    Architecture a = compiled.architecture();
    long work = compiled.image().length / a.axi().bytes();
    for (TracedJob job : compiled.jobs()) {
      if (job.job() instanceof MatMulJob m) {
        long perTile = m.depthWords() + 2L * a.columns();
        work += m.rowBlocks() * m.tiles() * perTile;
      }
    }
    return LEAST_CYCLE_LIMIT + PATIENCE * work;
  }

  private void check(SimulationResult.RunResult run) {
    if (run.done()) {
      return;
    }
    String job = "";
    int index = (int) run.register(RegisterMap.ERROR_INFO);
    List<TracedJob> jobs = compiled.jobs();
    if (run.interrupted() && index < jobs.size()) {
      job = ", " + jobs.get(index).job();
    }
    throw new SimulationException(run.name() + ": " + run.outcome() + job);
  }
}
