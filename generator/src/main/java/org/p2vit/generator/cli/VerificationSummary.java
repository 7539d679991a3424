package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.timeline.Stall;
import org.p2vit.generator.timeline.Timeline;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.RegisterMap;

/**
 * What 'verify' shows.
 *
 * @param bitExact whether no element of any tensor of any image differs
 * @param images simulated
 * @param elements of tensors compared
 * @param macUtilization MACs that the array did over MACs that it could have done in all cycles;
 *     with 4-bit weights it can do twice as many
 * @param imagesPerStart images computed back to back
 * @param predictedCyclesPerImage by the cycle model; null if it cannot be told
 * @param simulatedCyclesPerSecond clock cycles a second of the simulation, on one core
 * @param counters of the first start
 * @param stalls what the array lacked longest in the first start
 * @param problems images that are not bit-exact
 */
record VerificationSummary(
    boolean bitExact,
    int images,
    long elements,
    int imagesPerStart,
    double cyclesPerImage,
    double macUtilization,
    Double predictedCyclesPerImage,
    double simulatedCyclesPerSecond,
    Map<RegisterMap, Long> counters,
    List<StallRow> stalls,
    List<String> problems) {
  private static final int STALLS = 8;

  /**
   * What the array lacked in one job.
   *
   * @param from first cycle in which it idled
   * @param cycles how long in total
   * @param stretches in how many stretches
   * @param cause in words
   * @param job what the array would have worked on
   * @param jobIndex its place in the program
   * @param awaited the job that ended the wait; null if it was for no chunk
   */
  record StallRow(
      long from,
      long cycles,
      int stretches,
      String cause,
      String job,
      int jobIndex,
      String awaited) {

    static StallRow of(Stall stall) {
      Stall.Reason reason = stall.reason();
      return new StallRow(
          stall.from(),
          stall.cycles(),
          stall.stretches(),
          reason.words(),
          reason.job(),
          reason.jobIndex(),
          reason.awaited().orElse(null));
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%,6d cycles%s  %s: %s%s",
          cycles,
          stretches == 1 ? "" : String.format(Locale.ROOT, " in %,d stretches", stretches),
          job,
          cause,
          awaited == null ? "" : ", " + awaited);
    }
  }

  static VerificationSummary of(
      RtlVerification v, QuantizedModel model, CompiledModel compiled, OptionalLong predicted) {
    return new VerificationSummary(
        v.exact(),
        v.images().size(),
        v.elements(),
        v.imagesPerStart(),
        v.cyclesPerImage(),
        model.multiplierMacs() / (v.cyclesPerImage() * compiled.architecture().macs()),
        predicted.isPresent() ? (double) predicted.getAsLong() / v.imagesPerStart() : null,
        v.cyclesPerSecond(),
        v.starts().get(0).counters(),
        v.starts().get(0).execution().stream()
            .map(trace -> new Timeline(compiled.jobs(), compiled.shape(), trace))
            .flatMap(timeline -> timeline.longestStalls(STALLS).stream())
            .map(StallRow::of)
            .toList(),
        v.images().stream()
            .filter(i -> !i.report().exact())
            .map(i -> i.name() + ": " + i.report().summary())
            .toList());
  }

  private String prediction() {
    if (predictedCyclesPerImage == null) {
      return "not possible with random stalls";
    }
    return String.format(
        Locale.ROOT,
        "%,.0f (%+.3f %%)",
        predictedCyclesPerImage,
        100 * (predictedCyclesPerImage / cyclesPerImage - 1));
  }

  void print(PrintWriter out) {
    ConsoleTable table =
        new ConsoleTable("RTL against golden model")
            .row("bit-exact", "%s", bitExact ? "yes" : "NO")
            .row("images, elements compared", "%d, %,d", images, elements)
            .row("cycles per image", "%,.0f", cyclesPerImage)
            .row("  predicted", "%s", prediction())
            .row("images back to back", "%d", imagesPerStart)
            .row("MAC-array utilization", "%.1f %%", 100 * macUtilization)
            .row("simulation speed", "%,.0f cycles a second", simulatedCyclesPerSecond);

    for (RegisterMap r : RegisterMap.values()) {
      if (r.name().endsWith("_BUSY") || r.name().startsWith("STALL_")) {
        table.row(
            r.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            "%5.1f %%",
            100.0 * counters.get(r) / counters.get(RegisterMap.CYCLES));
      }
    }
    table.print(out);
    ConsoleTable idle = new ConsoleTable("Longest stalls of the array, by first cycle");
    stalls.forEach(s -> idle.row(String.format(Locale.ROOT, "%,d", s.from()), "%s", s.text()));
    idle.print(out);
    problems.forEach(p -> out.println("  " + p));
    out.flush();
  }
}
