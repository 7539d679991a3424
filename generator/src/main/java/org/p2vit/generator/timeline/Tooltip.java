package org.p2vit.generator.timeline;

import org.p2vit.rtl.job.Wait;

/** What a job's box tells when pointed at. */
final class Tooltip {
  private Tooltip() {}

  static String of(TimedJob job) {
    StringBuilder text = new StringBuilder();
    text.append(job.name().full()).append(" (job ").append(job.times().index()).append(")\n");
    text.append(
        "cycles %s to %s, taken at %s, first unit at %s\n"
            .formatted(
                Panel.number(job.begin()),
                Panel.number(job.end() - 1),
                Panel.number(job.times().taken()),
                Panel.number(job.times().firstUnit())));
    text.append(
        "busy %s of %s cycles, %s"
            .formatted(
                Panel.percent(job.busyShare()),
                Panel.number(job.cycles()),
                units(job.times().job().units())));
    for (TimedJob.Held held : job.held()) {
      text.append(
              "\nwaited until %s for %s: "
                  .formatted(Panel.number(held.until()), Palette.name(held.chunk())))
          .append(held.maker().full());
    }
    for (Wait wait : job.times().job().waits()) {
      if (wait.enabled() && (wait.perRow() || wait.perTile())) {
        text.append(
            "\nfollows %s %s"
                .formatted(
                    Palette.name(wait.chunk()), wait.perRow() ? "row by row" : "tile by tile"));
      }
    }
    return text.toString();
  }

  private static String units(int units) {
    return Panel.number(units) + (units == 1 ? " unit" : " units");
  }
}
