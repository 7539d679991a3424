package org.p2vit.synth.flow;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.synth.Tool;
import org.p2vit.verif.BuildProgress;

/**
 * A synthesis flow: a script over the file list, tools that it runs, and a reader of its reports.
 */
public enum SynthFlow {
  /** Yosys for Xilinx. */
  XILINX(
      List.of("xilinx.sh"),
      List.of(Tool.ofDebian("yosys", "yosys")),
      FlowReports::xilinx,
      new FlowOption("FAMILY", "xcup, xcu or xc7 (default xcup)"),
      new FlowOption("OPTIONS", "more options of synth_xilinx")),
  /** Yosys and nextpnr for iCE40, placed and routed. */
  ICE40(
      List.of("ice40.sh"),
      List.of(Tool.ofDebian("yosys", "yosys"), Tool.ofDebian("nextpnr-ice40", "nextpnr-ice40")),
      FlowReports::ice40,
      new FlowOption("DEVICE", "up5k, hx8k, hx1k, ... (default up5k)"),
      new FlowOption("PACKAGE", "of the device (default: a large one)"),
      new FlowOption("MHZ", "clock to aim at (default 12)", FlowOption.Accepted.POSITIVE),
      new FlowOption("SEED", "of the placer (default 1)", FlowOption.Accepted.COUNT),
      new FlowOption("SOFT", "modules whose products take LUTs (default DotProduct TileSequencer)"),
      new FlowOption(
          FlowReports.KEEP_MODULES, "1: keep the hierarchy, count by module, do not place"),
      new FlowOption("OPTIONS", "more options of synth_ice40")),
  /** Yosys, ABC and OpenSTA for standard cells. */
  ASIC(
      List.of("asic.sh", "asic.tcl"),
      List.of(Tool.ofDebian("yosys", "yosys"), Tool.ofDebian("sta", "opensta")),
      FlowReports::asic,
      new FlowOption("LIBERTY", "cell library (default osu018)"),
      new FlowOption("DRIVER", "cell of the library that drives the inputs"),
      new FlowOption("PERIOD", "of the clock in ns (default 10)", FlowOption.Accepted.POSITIVE),
      new FlowOption(
          "QUEUE",
          "bits from which on a queue is left out (default 1024)",
          FlowOption.Accepted.COUNT),
      new FlowOption(
          "ACTIVITY", "toggles of a net in a cycle (default 0.1)", FlowOption.Accepted.POSITIVE));

  /** Setting of the cell library. */
  public static final String LIBERTY = "LIBERTY";

  /** Setting of the clock period in ns. */
  public static final String PERIOD = "PERIOD";

  private static final String LOG = "log.txt";
  private static final Path OSU018 = Path.of("/usr/share/qflow/tech/osu018/osu018_stdcells.lib");

  /** Reads what a flow wrote. */
  interface Reports {
    FlowResult read(EmittedRtl rtl, Path directory, Map<String, String> settings)
        throws IOException;
  }

  private final List<String> scripts;
  private final List<Tool> tools;
  private final Reports reports;
  private final List<FlowOption> options;

  SynthFlow(List<String> scripts, List<Tool> tools, Reports reports, FlowOption... options) {
    this.scripts = scripts;
    this.tools = tools;
    this.reports = reports;
    this.options = List.of(options);
  }

  /** The settings that it accepts. */
  public List<FlowOption> options() {
    return options;
  }

  /**
   * Runs the flow.
   *
   * @param settings by the names of {@link #options()}
   * @param directory for scripts, reports and log; made if missing
   * @param atMost after which it is stopped
   * @throws InputException if a setting is unknown, a tool missing (naming its Debian package), or
   *     a tool fails or takes too long (naming the log, which is kept)
   */
  public FlowResult run(
      EmittedRtl rtl,
      Map<String, String> settings,
      Path directory,
      Duration atMost,
      BuildProgress progress) {
    check(settings);
    checkTools();
    Path out = directory.toAbsolutePath();
    Path log = out.resolve(LOG);
    FlowLog watched = new FlowLog(log, name().toLowerCase(Locale.ROOT), progress);
    List<String> arguments =
        List.of(rtl.directory().toAbsolutePath().toString(), out.toString(), rtl.top());
    runScript(scripts, arguments, settings, log, atMost, watched::show);
    try {
      return reports.read(rtl, out, settings);
    } catch (IOException e) {
      throw FileErrors.cannot("read the reports in", out, e);
    }
  }

  /**
   * Runs a script that belongs to the flow.
   *
   * @param scripts of {@code flows/}: the one to run, and those that it needs
   * @param log of its own; its directory, made if missing, is for the scripts as well
   * @param tick called about five times a second
   * @throws InputException as {@link #run}
   */
  public void runScript(
      List<String> scripts,
      List<String> arguments,
      Map<String, String> settings,
      Path log,
      Duration atMost,
      Runnable tick) {
    Path out = log.getParent();
    try {
      Files.createDirectories(out);
      Files.deleteIfExists(log);
      for (String script : scripts) {
        try (InputStream in = SynthFlow.class.getResourceAsStream(script)) {
          Files.copy(in, out.resolve(script), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw FileErrors.cannot("write in", out, e);
    }
    List<String> words = new ArrayList<>(List.of(out.resolve(scripts.get(0)).toString()));
    words.addAll(arguments);
    new Tool("bash", "it is part of any Debian system")
        .run(words, resolved(settings), out, log, atMost, tick);
  }

  /**
   * @throws InputException if a tool that it needs is missing
   */
  public void checkTools() {
    tools.forEach(Tool::checkInstalled);
  }

  /** What its scripts say, for a cache. */
  public String scriptText() {
    StringBuilder text = new StringBuilder();
    for (String script : scripts) {
      try (InputStream in = SynthFlow.class.getResourceAsStream(script)) {
        text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    return text.toString();
  }

  /**
   * @throws InputException if a setting is unknown, does not take its value or names a file that is
   *     not there
   */
  public void check(Map<String, String> settings) {
    settings.forEach((name, value) -> option(name).check(value));
    if (this == ASIC) {
      String given = settings.get(LIBERTY);
      if (given != null && !Files.isReadable(Path.of(given))) {
        throw new InputException("LIBERTY=" + given + ": no such file");
      }
      if (given == null && !Files.isReadable(OSU018)) {
        throw new InputException(
            OSU018
                + " is missing; it comes with the Debian package qflow-tech-osu018: sudo apt-get"
                + " install qflow-tech-osu018; or name another library with LIBERTY=FILE");
      }
    }
  }

  private FlowOption option(String name) {
    return options.stream()
        .filter(o -> o.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new InputException("the flow has no setting " + name + accepted()));
  }

  private String accepted() {
    return options.stream()
        .map(o -> o.name() + " (" + o.meaning() + ")")
        .collect(Collectors.joining(", ", "; accepted: ", ""));
  }

  /** Settings as the script reads them: file names from where we are. */
  private static Map<String, String> resolved(Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>(settings);
    all.computeIfPresent(LIBERTY, (k, v) -> Path.of(v).toAbsolutePath().toString());
    return all;
  }
}
