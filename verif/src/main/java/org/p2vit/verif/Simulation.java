package org.p2vit.verif;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.p2vit.rtl.RegisterMap;

/**
 * What a {@link Simulator} is to do: memory, then any number of runs of the engine, in one process.
 *
 * @param memory what lies behind the AXI4 master; accesses elsewhere get an error response
 * @param runs in order; the first that does not end within {@code cycleLimit} is the last
 * @param axi how the memory behaves
 * @param cycleLimit of one run, in clock cycles
 * @param trace where to write a waveform, if wanted
 */
public record Simulation(
    List<Region> memory, List<Run> runs, AxiBehaviour axi, long cycleLimit, Optional<Trace> trace) {

  /**
   * A piece of memory.
   *
   * @param name letters, digits, dots, dashes and underscores
   * @param base address, a multiple of the AXI beat
   * @param content initial content; padded with zeros to whole beats
   * @param writable whether the design may write it; otherwise a write gets an error response
   */
  public record Region(String name, long base, byte[] content, boolean writable) {
    public Region {
      checkName(name);
    }
  }

  /** A value for a register, written over AXI4-Lite. */
  public record RegisterWrite(RegisterMap register, int value) {

    /** The two halves of a 64-bit address register. */
    public static List<RegisterWrite> address(RegisterMap low, RegisterMap high, long value) {
      return List.of(
          new RegisterWrite(low, (int) value), new RegisterWrite(high, (int) (value >>> 32)));
    }
  }

  /** Bytes that the host puts into memory before a run. */
  public record Load(long address, byte[] content) {}

  /** Bytes that the host reads from memory after a run. */
  public record Save(long address, int bytes) {}

  /**
   * One start of the engine. The host makes the loads and register writes, starts, waits for {@code
   * irq}, reads all registers, clears {@code irq} and makes the saves.
   *
   * @param name letters, digits, dots, dashes and underscores
   * @param taps directory for the chunks' results, see {@link TapStream}; made if missing
   * @param execution recording of what each chunk did when
   */
  public record Run(
      String name,
      List<Load> loads,
      List<RegisterWrite> registers,
      List<Save> saves,
      Optional<Path> taps,
      Optional<ExecutionRecording> execution) {
    public Run {
      checkName(name);
      loads = List.copyOf(loads);
      registers = List.copyOf(registers);
      saves = List.copyOf(saves);
    }
  }

  /**
   * Asks for an {@link ExecutionTrace}.
   *
   * @param file to write; its directory is made if missing
   * @param windowCycles resolution of busy and stall cycles, 1 to {@value #MOST_WINDOW_CYCLES}
   */
  public record ExecutionRecording(Path file, int windowCycles) {
    /** What a 16-bit count can hold. */
    public static final int MOST_WINDOW_CYCLES = 65_535;

    public ExecutionRecording {
      if (windowCycles < 1 || windowCycles > MOST_WINDOW_CYCLES) {
        throw new IllegalArgumentException("window of " + windowCycles + " cycles");
      }
    }
  }

  /**
   * The memory's answers.
   *
   * @param latency cycles from an accepted request to its first response, at least 1
   * @param stall probability, per channel and cycle, of not being ready or valid; 0 to below 1
   * @param seed of the stalls
   * @param outstanding requests that the memory accepts before it answers the first
   * @param failingReads addresses whose beat is answered with SLVERR
   * @param failingWrites likewise
   */
  public record AxiBehaviour(
      int latency,
      double stall,
      long seed,
      int outstanding,
      List<Long> failingReads,
      List<Long> failingWrites) {

    /** A plain DRAM: 30 cycles, full bandwidth. */
    public static final AxiBehaviour PLAIN = of(30, 0, 1);

    public static AxiBehaviour of(int latency, double stall, long seed) {
      return new AxiBehaviour(latency, stall, seed, 64, List.of(), List.of());
    }

    public AxiBehaviour {
      if (latency < 1 || !(stall >= 0 && stall < 1) || outstanding < 1) {
        throw new IllegalArgumentException(
            "latency "
                + latency
                + " (at least 1), stall "
                + stall
                + " (0 to below 1), outstanding "
                + outstanding
                + " (at least 1)");
      }
      failingReads = List.copyOf(failingReads);
      failingWrites = List.copyOf(failingWrites);
    }

    public AxiBehaviour withSeed(long value) {
      return new AxiBehaviour(latency, stall, value, outstanding, failingReads, failingWrites);
    }

    public AxiBehaviour withFailingRead(long address) {
      return new AxiBehaviour(
          latency, stall, seed, outstanding, added(failingReads, address), failingWrites);
    }

    public AxiBehaviour withFailingWrite(long address) {
      return new AxiBehaviour(
          latency, stall, seed, outstanding, failingReads, added(failingWrites, address));
    }

    private static List<Long> added(List<Long> list, long more) {
      List<Long> result = new ArrayList<>(list);
      result.add(more);
      return result;
    }
  }

  /**
   * A waveform. The simulation must have been built for its format.
   *
   * @param firstCycle first and last cycle written, counted from reset over all runs
   */
  public record Trace(
      Destination to, BuildRequest.Waveform format, long firstCycle, long lastCycle) {

    /** Where it goes. */
    public sealed interface Destination {}

    /** A file. */
    public record ToFile(Path file) implements Destination {}

    /**
     * Somebody who reads it while it is made, in a thread of its own, to its end. For what would be
     * too large to keep.
     */
    public record ToReader(Consumer<InputStream> reader) implements Destination {}

    /** What a file's name asks for: VCD for {@code .vcd}, else FST. */
    public static Trace of(Path file, long firstCycle, long lastCycle) {
      boolean vcd = file.toString().endsWith(".vcd");
      return new Trace(
          new ToFile(file),
          vcd ? BuildRequest.Waveform.VCD : BuildRequest.Waveform.FST,
          firstCycle,
          lastCycle);
    }

    /** Of everything. */
    public static Trace of(Path file) {
      return of(file, 0, Long.MAX_VALUE);
    }

    /** VCD for a reader. */
    public static Trace vcd(Consumer<InputStream> reader, long firstCycle, long lastCycle) {
      return new Trace(new ToReader(reader), BuildRequest.Waveform.VCD, firstCycle, lastCycle);
    }
  }

  public Simulation {
    memory = List.copyOf(memory);
    runs = List.copyOf(runs);
  }

  private static void checkName(String name) {
    if (!name.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException("not a name: " + name);
    }
  }
}
