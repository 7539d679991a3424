package org.p2vit.synth.power;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.FileErrors;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.synth.ResultCache;
import org.p2vit.synth.flow.SynthFlow;
import org.p2vit.verif.BuildProgress;

/**
 * A design mapped to standard cells, which can be simulated in its place: same ports, same
 * hierarchy. Memories stay what they were: behind the ports of a macro.
 *
 * @param gates file list for a simulator
 * @param settings of the flow that it was made with
 */
public record GateNetlist(EmittedRtl gates, Map<String, String> settings) {
  private static final String LIST = "gates.f";
  private static final String KEY = "gates.key";
  private static final String CLOCK = "clock";
  private static final String DEFAULT_PERIOD_NS = "10";

  public GateNetlist {
    settings = Map.copyOf(settings);
  }

  /**
   * Maps a design by {@link SynthFlow#ASIC}, unless the directory has it already.
   *
   * @throws InputException as {@link SynthFlow#run}
   */
  public static GateNetlist make(
      EmittedRtl rtl,
      Map<String, String> settings,
      Path directory,
      Duration atMost,
      BuildProgress progress) {
    SynthFlow.ASIC.check(settings);
    String key = key(rtl, settings);
    Path kept = directory.resolve(KEY);
    try {
      if (!Files.exists(kept) || !Files.readString(kept).equals(key)) {
        Files.deleteIfExists(kept);
        SynthFlow.ASIC.run(rtl, settings, directory, atMost, progress);
        AtomicFiles.write(directory, Map.of(KEY, key.getBytes(StandardCharsets.UTF_8)));
      }
      List<String> files = Files.readAllLines(directory.resolve(LIST));
      return new GateNetlist(new EmittedRtl(rtl.top(), directory, LIST, files, "none"), settings);
    } catch (IOException e) {
      throw FileErrors.cannot("read or write in", directory, e);
    }
  }

  private static String key(EmittedRtl rtl, Map<String, String> settings) {
    List<String> from = new ArrayList<>(List.of(SynthFlow.ASIC.scriptText(), settings.toString()));
    try {
      for (Path file : rtl.paths()) {
        from.add(file.getFileName() + "\n" + Files.readString(file));
      }
      String liberty = settings.get(SynthFlow.LIBERTY);
      if (liberty != null) {
        from.add(Files.readString(Path.of(liberty), StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      throw FileErrors.cannot("read", rtl.directory(), e);
    }
    return ResultCache.key(from.toArray(String[]::new));
  }

  /** Length of a clock cycle. */
  public double periodNs() {
    return Double.parseDouble(settings.getOrDefault(SynthFlow.PERIOD, DEFAULT_PERIOD_NS));
  }

  /**
   * Evaluates the gates on what the RTL did.
   *
   * @param vcd waveform of the RTL, read to its end
   * @param scope of its top module in it
   * @throws InputException if the waveform lacks signals, or the netlist has cells that cannot be
   *     evaluated
   */
  public GateActivity replay(InputStream vcd, String scope) {
    Netlist netlist = Netlist.read(gates.directory().resolve("netlist.json"), gates.top());
    CellLibrary library = CellLibrary.read(gates.directory().resolve("cells.json"));
    return GateReplay.run(netlist, library, vcd, "of the RTL", scope);
  }

  /**
   * Energy over the time of a waveform.
   *
   * @param toggles of this netlist's signals
   * @param waveform its name, for messages
   * @throws InputException if the waveform has no clock or none of the cells, OpenSTA fails, or it
   *     is a version whose messages are not understood
   */
  public GatePower power(
      Toggles toggles, String waveform, Duration atMost, BuildProgress progress) {
    long edges = toggles.of(CLOCK);
    if (edges < 2) {
      throw new InputException(
          "waveform "
              + waveform
              + (edges < 0 ? ": no signal clock in the scope" : ": the clock does not run")
              + "; the scope must be that of the top module "
              + gates.top()
              + " of the netlist "
              + gates.directory().resolve("gates.v"));
    }
    GatePower.Sum sum = new GatePower.Sum(toggles, edges / 2, periodNs());
    StaEnergies.of(this, atMost, progress).forEach(sum::add);
    GatePower power = sum.end();
    if (power.annotated() == 0) {
      throw new InputException(
          "waveform "
              + waveform
              + " has none of the "
              + power.pins()
              + " pins of the cells; it must be of a simulation of the netlist "
              + gates.directory().resolve("gates.v")
              + ", not of the RTL");
    }
    return power;
  }
}
