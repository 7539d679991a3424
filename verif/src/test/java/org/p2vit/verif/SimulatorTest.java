package org.p2vit.verif;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RegisterMap;

/** The simulator and its harness with a stand-in for the accelerator, {@code FakeEngine.sv}. */
class SimulatorTest {
  private static final Architecture ARCHITECTURE =
      new Architecture(
          4,
          4,
          4,
          4,
          1,
          4,
          4,
          16,
          7,
          64,
          64,
          16,
          2,
          new Architecture.Axi(64, 32, 16, 4),
          new Architecture.Buffers(64, 64, 64, 64, 2, 16, 2, 4, 64, 64));
  private static final long IN = 0x1000;
  private static final long OUT = 0x2000;
  private static final Simulation.Region INPUT =
      new Simulation.Region("input", IN, new byte[16], false);
  private static final Simulation.Region OUTPUT =
      new Simulation.Region("output", OUT, new byte[16], true);

  @TempDir static Path shared;
  private static EmittedRtl design;
  private static Simulator simulator;

  @TempDir Path directory;

  @BeforeAll
  static void build() throws Exception {
    BuildRequest.Source source = BuildRequest.Source.resource(SimulatorTest.class, "FakeEngine.sv");
    Files.write(shared.resolve(source.name()), source.content());
    design = new EmittedRtl("P2vit", shared, "none", List.of(source.name()), "none");
    simulator =
        Simulator.build(
            design,
            ARCHITECTURE,
            BuildRequest.Waveform.NONE,
            new VerilatorBuild(),
            BuildProgress.NONE);
  }

  @Test
  void runsSeveralImagesInOneProcess() {
    List<Simulation.Run> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      runs.add(run("image" + i, 10 + i, new byte[] {(byte) i, 2, 3, 4, 5, 6, 7, 8}));
    }
    SimulationResult result =
        simulator.run(simulation(runs, Simulation.AxiBehaviour.PLAIN), SimulationProgress.NONE);
    assertEquals(3, result.runs().size());
    for (int i = 0; i < 3; i++) {
      SimulationResult.RunResult run = result.runs().get(i);
      assertEquals("image" + i, run.name());
      assertTrue(run.done(), run.outcome());
      assertEquals(RegisterMap.ErrorCode.NONE, run.errorCode());
      assertEquals(RegisterMap.ID_VALUE, run.register(RegisterMap.ID));
      assertEquals(11 + i, run.engineCycles());
      assertArrayEquals(
          new byte[] {(byte) ~i, ~2, ~3, ~4, ~5, ~6, ~7, ~8, 0, 0, 0, 0, 0, 0, 0, 0},
          run.saved().get(0));
      assertTrue(run.cycles() > run.engineCycles() && run.cycles() < 200, "" + run.cycles());
    }
    assertEquals(3, result.beatsRead());
    assertEquals(3, result.beatsWritten());
  }

  @Test
  void recordsEveryTapWithItsWidthAndSign() throws Exception {
    Simulation.Run plain = run("taps", 3, new byte[8]);
    Simulation.Run run =
        new Simulation.Run(
            plain.name(),
            plain.loads(),
            plain.registers(),
            plain.saves(),
            Optional.of(directory.resolve("a b")),
            Optional.empty());
    Simulation.Run silent = run("silent", 50, new byte[8]);
    simulator.run(
        simulation(List.of(run, silent), Simulation.AxiBehaviour.PLAIN), SimulationProgress.NONE);
    assertArrayEquals(
        new short[] {1, -32768, 0, -1, 2, -32768, 1, -2, 3, -32768, 2, -3}, tap(TapStream.MATMUL));
    assertArrayEquals(new short[] {1, 1, 15, 16}, tap(TapStream.SOFTMAX));
    assertArrayEquals(
        new short[] {0, 127, -1, -128, 1, 127, -1, -128, 2, 127, -1, -128}, tap(TapStream.SHIFTER));
    assertArrayEquals(new short[0], tap(TapStream.LAYER_NORM));
  }

  @Test
  void reportsErrorsOfTheEngine() {
    List<Simulation.Run> runs = List.of(run("bad", 10, new byte[8]), run("next", 10, new byte[8]));
    SimulationResult read =
        simulator.run(
            simulation(runs, Simulation.AxiBehaviour.of(9, 0.3, 5).withFailingRead(IN)),
            SimulationProgress.NONE);
    assertEquals(RegisterMap.ErrorCode.AXI_READ, read.runs().get(0).errorCode());
    assertFalse(read.runs().get(0).done());
    assertEquals(2, read.runs().size(), "the host may go on after an error");
    SimulationResult write =
        simulator.run(
            simulation(runs, Simulation.AxiBehaviour.of(9, 0.3, 5).withFailingWrite(OUT)),
            SimulationProgress.NONE);
    assertEquals(RegisterMap.ErrorCode.AXI_WRITE, write.runs().get(0).errorCode());
    assertEquals(0, write.beatsWritten());
  }

  @Test
  void stopsAtTheCycleLimit() {
    List<Simulation.Run> runs = List.of(run("endless", 0, new byte[8]), run("b", 10, new byte[8]));
    SimulationResult result =
        simulator.run(simulation(runs, Simulation.AxiBehaviour.PLAIN), SimulationProgress.NONE);
    assertEquals(1, result.runs().size());
    assertFalse(result.runs().get(0).interrupted());
    assertEquals("no interrupt after 5000 cycles", result.runs().get(0).outcome());
  }

  @Test
  void anInterruptKillsTheChildAndProgressIsTold() throws Exception {
    Simulation endless =
        new Simulation(
            List.of(INPUT, OUTPUT),
            List.of(run("endless", 0, new byte[8])),
            Simulation.AxiBehaviour.PLAIN,
            Long.MAX_VALUE,
            Optional.empty());
    CountDownLatch told = new CountDownLatch(2);
    List<Long> cycles = new ArrayList<>();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                simulator.run(
                    endless,
                    (run, runs, cycle, perSecond, jobs) -> {
                      cycles.add(cycle);
                      told.countDown();
                    });
              } catch (RuntimeException e) {
                thrown.set(e);
              }
            });
    thread.start();
    told.await();
    List<ProcessHandle> children = ProcessHandle.current().children().toList();
    assertFalse(children.isEmpty());
    thread.interrupt();
    thread.join();
    assertTrue(thrown.get() instanceof InputException, "" + thrown.get());
    assertTrue(cycles.get(1) > cycles.get(0), cycles.toString());
    for (ProcessHandle child : children) {
      child.onExit().get();
    }
  }

  @Test
  void brokenRulesOfAxiAreDesignFaultsAndBadRequestsAreNot() {
    Simulation.Run unaligned = run("unaligned", 10, new byte[8], IN + 4);
    String message =
        assertThrows(
                SimulationException.class,
                () ->
                    simulator.run(
                        simulation(List.of(unaligned), Simulation.AxiBehaviour.PLAIN),
                        SimulationProgress.NONE))
            .getMessage();
    assertTrue(message.contains("AR address 0x1004 is not aligned"), message);

    Simulation overlapping =
        new Simulation(
            List.of(INPUT, new Simulation.Region("other", IN + 8, new byte[1], true)),
            List.of(),
            Simulation.AxiBehaviour.PLAIN,
            10,
            Optional.empty());
    message =
        assertThrows(
                InputException.class, () -> simulator.run(overlapping, SimulationProgress.NONE))
            .getMessage();
    assertTrue(message.contains("memory other overlaps input"), message);
  }

  @Test
  void writesWaveformsWhenBuiltWithThem() throws Exception {
    Path file = directory.resolve("wave.fst");
    Simulation traced =
        new Simulation(
            List.of(INPUT, OUTPUT),
            List.of(run("traced", 100, new byte[8])),
            Simulation.AxiBehaviour.PLAIN,
            5000,
            Optional.of(Simulation.Trace.of(file)));
    String message =
        assertThrows(InputException.class, () -> simulator.run(traced, SimulationProgress.NONE))
            .getMessage();
    assertTrue(message.contains("built without waveforms"), message);

    Simulator tracing =
        Simulator.build(
            design,
            ARCHITECTURE,
            BuildRequest.Waveform.FST,
            new VerilatorBuild(),
            BuildProgress.NONE);
    tracing.run(traced, SimulationProgress.NONE);
    assertTrue(Files.size(file) > 1000, "" + Files.size(file));
  }

  @Test
  void waveformsCanBeReadWhileTheyAreMade() throws Exception {
    Simulator tracing =
        Simulator.build(
            design,
            ARCHITECTURE,
            BuildRequest.Waveform.VCD,
            new VerilatorBuild(),
            BuildProgress.NONE);
    Path file = directory.resolve("wave.vcd");
    tracing.run(traced(Simulation.Trace.of(file, 0, 200)), SimulationProgress.NONE);
    List<String> written = Files.readAllLines(file);
    assertTrue(written.contains("$enddefinitions $end"), "a VCD file");
    AtomicReference<List<String>> read = new AtomicReference<>();
    Simulation.Trace reading =
        Simulation.Trace.vcd(
            in -> read.set(new BufferedReader(new InputStreamReader(in)).lines().toList()), 0, 200);
    SimulationResult result = tracing.run(traced(reading), SimulationProgress.NONE);
    assertTrue(result.runs().get(0).done(), "the run is not disturbed");
    assertEquals(withoutDate(written), withoutDate(read.get()));

    Simulation.Trace failing =
        Simulation.Trace.vcd(
            in -> {
              throw new InputException("no such scope");
            },
            0,
            200);
    String message =
        assertThrows(
                InputException.class, () -> tracing.run(traced(failing), SimulationProgress.NONE))
            .getMessage();
    assertEquals("no such scope", message);
  }

  private Simulation traced(Simulation.Trace trace) {
    return new Simulation(
        List.of(INPUT, OUTPUT),
        List.of(run("traced", 100, new byte[8])),
        Simulation.AxiBehaviour.PLAIN,
        5000,
        Optional.of(trace));
  }

  private static List<String> withoutDate(List<String> vcd) {
    return vcd.stream().filter(l -> !l.startsWith("$date")).toList();
  }

  private short[] tap(TapStream tap) throws Exception {
    byte[] bytes = Files.readAllBytes(directory.resolve("a b").resolve(tap.fileName()));
    short[] elements = new short[bytes.length / 2];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(elements);
    return elements;
  }

  private static Simulation simulation(
      List<Simulation.Run> runs, Simulation.AxiBehaviour behaviour) {
    return new Simulation(List.of(INPUT, OUTPUT), runs, behaviour, 5000, Optional.empty());
  }

  private static Simulation.Run run(String name, int results, byte[] input) {
    return run(name, results, input, IN);
  }

  private static Simulation.Run run(String name, int results, byte[] input, long address) {
    return new Simulation.Run(
        name,
        List.of(new Simulation.Load(IN, input)),
        List.of(
            new Simulation.RegisterWrite(RegisterMap.INPUT_LOW, (int) address),
            new Simulation.RegisterWrite(RegisterMap.OUTPUT_LOW, (int) OUT),
            new Simulation.RegisterWrite(RegisterMap.WATCHDOG, results),
            new Simulation.RegisterWrite(RegisterMap.IRQ_ENABLE, 1)),
        List.of(new Simulation.Save(OUT, 16)),
        Optional.empty(),
        Optional.empty());
  }
}
