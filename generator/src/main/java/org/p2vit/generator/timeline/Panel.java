package org.p2vit.generator.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2vit.generator.svg.SvgWriter;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.StallCause;

/**
 * Draws a range of cycles: a band with the stages of the network, a lane a chunk, the array's
 * stalls below its lane.
 */
final class Panel {
  static final double LEFT = 134;
  static final double PLOT = 1130;
  static final double RIGHT = 20;

  private static final double AXIS = 18;
  private static final double STAGES = 18;
  private static final double LANE = 24;
  private static final double ARRAY_LANE = 30;
  private static final double STALLS = 26;
  private static final double GAP = 4;
  private static final double PIXELS_A_BIN = 1.5;
  private static final int SHADES = 6;
  private static final double DARKEST = 0.62;

  /** Narrower boxes have no frame: many of them would be a black surface. */
  private static final double LEAST_FRAMED = 4;

  private static final double LETTER = 5.5;
  private static final double TICK_DISTANCE = 90;

  private final SvgWriter svg;
  private final Timeline timeline;
  private final Range range;
  private final double top;
  private final double scale;

  Panel(SvgWriter svg, Timeline timeline, Range range, double top) {
    this.svg = svg;
    this.timeline = timeline;
    this.range = range;
    this.top = top;
    this.scale = PLOT / range.cycles();
  }

  static double height() {
    double lanes = (Chunk.values().length - 1) * (LANE + GAP);
    return AXIS + STAGES + GAP + ARRAY_LANE + GAP + STALLS + GAP + lanes;
  }

  void draw() {
    grid();
    stages();
    double y = top + AXIS + STAGES + GAP;
    for (Chunk chunk : Chunk.values()) {
      double height = chunk == Chunk.MATMUL ? ARRAY_LANE : LANE;
      lane(chunk, y, height);
      y += height + GAP;
      if (chunk == Chunk.MATMUL) {
        stalls(y);
        y += STALLS + GAP;
      }
    }
  }

  /** Highlights a part, by a letter. */
  void mark(Range part, String letter) {
    double width = Math.max(1, scale * part.cycles());
    svg.rect("mark", x(part.from()), top + AXIS, width, height() - AXIS);
    svg.text("small mid", x(part.from()) + width / 2, top + height() + 9, letter);
  }

  private double x(double cycle) {
    return LEFT + (cycle - range.from()) * scale;
  }

  private double clipped(double cycle) {
    return x(Math.max(range.from(), Math.min(range.to(), cycle)));
  }

  private boolean shows(long from, long to) {
    return from < range.to() && to > range.from();
  }

  private void grid() {
    long step = Math.max(1, Excerpts.niceBelow(Math.round(2 * TICK_DISTANCE / scale)));
    StringBuilder lines = new StringBuilder();
    for (long c = (range.from() + step - 1) / step * step; c < range.to(); c += step) {
      lines
          .append('M')
          .append(SvgWriter.number(x(c)))
          .append(' ')
          .append(SvgWriter.number(top + AXIS - 4))
          .append('V')
          .append(SvgWriter.number(top + height() - GAP));
      svg.text("small dim mid", x(c), top + AXIS - 7, number(c));
    }
    svg.path("grid", lines.toString());
  }

  private void stages() {
    List<TimedJob> jobs = timeline.jobs(Chunk.MATMUL);
    double y = top + AXIS;
    for (int i = 0, next; i < jobs.size(); i = next) {
      next = i + 1;
      while (next < jobs.size() && sameStage(jobs.get(i), jobs.get(next))) {
        next++;
      }
      long from = i == 0 ? 0 : jobs.get(i - 1).end();
      long to = jobs.get(next - 1).end();
      if (shows(from, to)) {
        stage(jobs.get(i).name(), clipped(from), clipped(to), y);
      }
    }
  }

  private static boolean sameStage(TimedJob a, TimedJob b) {
    return a.name().stage().equals(b.name().stage()) && a.name().image() == b.name().image();
  }

  private void stage(JobName name, double from, double to, double y) {
    svg.path(
        "stage",
        "M%s %sv-6H%sv6"
            .formatted(
                SvgWriter.number(from + 1), SvgWriter.number(y + 18), SvgWriter.number(to - 1)));
    String label = name.stage() + (name.image() == 0 ? "" : " of image " + name.image());
    if (fits(label, to - from)) {
      svg.text("small mid", (from + to) / 2, y + 9, label);
    }
  }

  private static boolean fits(String text, double width) {
    return text.length() * LETTER + 6 <= width;
  }

  private void lane(Chunk chunk, double y, double height) {
    double busy = timeline.activity().busy(chunk, range.from(), range.to()) / range.cycles();
    svg.text("end", LEFT - 52, y + height / 2 + 4, Palette.name(chunk));
    svg.text("small dim end", LEFT - 8, y + height / 2 + 4, percent(busy));
    svg.rect("lane", LEFT, y, PLOT, height);
    svg.group("", "fill", Palette.colour(chunk));
    shades(chunk, y, height);
    svg.end();
    List<TimedJob> shown =
        timeline.jobs(chunk).stream().filter(j -> shows(j.begin(), j.end())).toList();
    for (TimedJob job : shown) {
      double from = clipped(job.begin());
      double width = clipped(job.end()) - from;
      String look = width < LEAST_FRAMED ? "thin" : "box";
      svg.rect(look, from, y, Math.max(width, 0.3), height, Tooltip.of(job));
    }
    for (TimedJob job : shown) {
      double from = clipped(job.begin());
      double width = clipped(job.end()) - from;
      label(job.name(), width)
          .ifPresent(text -> svg.text("label mid", from + width / 2, y + height / 2 + 3.5, text));
    }
  }

  private static Optional<String> label(JobName name, double width) {
    return name.labels().stream().filter(text -> fits(text, width)).findFirst();
  }

  /** Busy shares, in some shades; equal neighbours are drawn as one. */
  private void shades(Chunk chunk, double y, double height) {
    long[] edges = edges();
    StringBuilder[] paths = new StringBuilder[SHADES + 1];
    for (int i = 0, next; i < edges.length - 1; i = next) {
      int shade = shade(chunk, edges[i], edges[i + 1]);
      next = i + 1;
      while (next < edges.length - 1 && shade(chunk, edges[next], edges[next + 1]) == shade) {
        next++;
      }
      if (shade > 0) {
        if (paths[shade] == null) {
          paths[shade] = new StringBuilder();
        }
        bar(paths[shade], x(edges[i]), x(edges[next]), y, height);
      }
    }
    for (int shade = 1; shade <= SHADES; shade++) {
      if (paths[shade] != null) {
        String opacity = SvgWriter.number(DARKEST * shade / SHADES);
        svg.path("", paths[shade].toString(), "fill-opacity", opacity);
      }
    }
  }

  private int shade(Chunk chunk, long from, long to) {
    double share = timeline.activity().busy(chunk, from, to) / (to - from);
    return (int) Math.ceil(share * SHADES - 1e-9);
  }

  private static void bar(StringBuilder path, double from, double to, double y, double height) {
    path.append('M')
        .append(SvgWriter.number(from))
        .append(' ')
        .append(SvgWriter.number(y))
        .append('H')
        .append(SvgWriter.number(to))
        .append('v')
        .append(SvgWriter.number(height))
        .append('H')
        .append(SvgWriter.number(from))
        .append('z');
  }

  /** Lost shares of the array, causes on top of each other. */
  private void stalls(double y) {
    long lost = timeline.activity().idle(range.from(), range.to());
    svg.text("end", LEFT - 52, y + STALLS / 2 + 4, "array idle");
    svg.text(
        "small dim end", LEFT - 8, y + STALLS / 2 + 4, percent((double) lost / range.cycles()));
    svg.rect("lane", LEFT, y, PLOT, STALLS);
    long[] edges = edges();
    double[] stacked = new double[edges.length - 1];
    for (Optional<StallCause> cause : causes()) {
      StringBuilder path = new StringBuilder();
      for (int i = 0; i < stacked.length; i++) {
        long cycles = timeline.activity().idle(cause, edges[i], edges[i + 1]);
        double height = STALLS * cycles / (edges[i + 1] - edges[i]);
        if (height > 0) {
          stacked[i] += height;
          bar(path, x(edges[i]), x(edges[i + 1]), y + STALLS - stacked[i], height);
        }
      }
      if (!path.isEmpty()) {
        svg.path("", path.toString(), "fill", Palette.colour(cause));
      }
    }
  }

  /** All causes, those that no counter has last. */
  static List<Optional<StallCause>> causes() {
    List<Optional<StallCause>> causes = new ArrayList<>();
    for (StallCause cause : StallCause.values()) {
      causes.add(Optional.of(cause));
    }
    causes.add(Optional.empty());
    return causes;
  }

  /** Where bins begin and end. */
  private long[] edges() {
    int bins = (int) Math.min(range.cycles(), Math.round(PLOT / PIXELS_A_BIN));
    long[] edges = new long[bins + 1];
    for (int i = 0; i <= bins; i++) {
      edges[i] = range.from() + range.cycles() * i / bins;
    }
    return edges;
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
