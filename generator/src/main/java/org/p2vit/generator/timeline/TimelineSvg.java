package org.p2vit.generator.timeline;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.svg.SvgWriter;
import org.p2vit.generator.timeline.Excerpts.Excerpt;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.StallCause;
import org.p2vit.verif.ExecutionTrace;

/** Draws a timeline as a self-contained SVG: the whole run, and parts of it enlarged. */
public final class TimelineSvg {
  private static final double WIDTH = Panel.LEFT + Panel.PLOT + Panel.RIGHT;
  private static final double MARGIN = 16;
  private static final double HEADER = 64;
  private static final double LEGEND = 34;
  private static final double HEADING = 24;
  private static final double GAP = 22;
  private static final double SWATCH = 11;
  private static final double LETTER = 6;

  private TimelineSvg() {}

  /** The whole run, and what is worth a closer look in it. */
  public static String draw(CompiledModel compiled, ExecutionTrace trace) {
    Timeline timeline = new Timeline(compiled.jobs(), compiled.shape(), trace);
    return draw(timeline, title(compiled), subtitle(compiled, trace), Excerpts.choose(timeline));
  }

  /** The whole run, and a part of it enlarged. */
  public static String draw(CompiledModel compiled, ExecutionTrace trace, Range part) {
    Timeline timeline = new Timeline(compiled.jobs(), compiled.shape(), trace);
    List<Excerpt> asked = List.of(new Excerpt(part, "as asked for"));
    return draw(timeline, title(compiled), subtitle(compiled, trace), asked);
  }

  private static String title(CompiledModel compiled) {
    int images = compiled.images();
    return compiled.name() + (images == 1 ? ", one image" : ", " + images + " images back to back");
  }

  private static String subtitle(CompiledModel compiled, ExecutionTrace trace) {
    Architecture a = compiled.architecture();
    return String.format(
        Locale.ROOT,
        "%,d cycles, %,d jobs, array %d x %d x %d, %d-bit AXI",
        trace.cycles(),
        compiled.jobs().size(),
        a.rows(),
        a.columns(),
        a.depth(),
        a.axi().dataBits());
  }

  static String draw(Timeline timeline, String title, String subtitle, List<Excerpt> excerpts) {
    double panel = HEADING + Panel.height() + GAP;
    double height = HEADER + LEGEND + panel * (1 + excerpts.size()) + MARGIN;
    SvgWriter svg = new SvgWriter(WIDTH, height, Palette.STYLE);
    svg.rect("page", 0, 0, WIDTH, height);
    svg.text("title", MARGIN, 30, title);
    svg.text("dim", MARGIN, 50, subtitle);
    legend(svg, timeline, HEADER);

    double y = HEADER + LEGEND;
    Panel whole = heading(svg, timeline, "Whole run", new Range(0, timeline.cycles()), y);
    for (int i = 0; i < excerpts.size(); i++) {
      whole.mark(excerpts.get(i).range(), letter(i));
    }
    whole.draw();
    for (int i = 0; i < excerpts.size(); i++) {
      y += panel;
      Excerpt excerpt = excerpts.get(i);
      heading(svg, timeline, letter(i) + ": " + excerpt.why(), excerpt.range(), y).draw();
    }
    return svg.finish();
  }

  private static String letter(int index) {
    return Character.toString('A' + index);
  }

  private static Panel heading(
      SvgWriter svg, Timeline timeline, String name, Range range, double y) {
    svg.text("head", MARGIN, y + 14, name);
    String busy =
        Panel.percent(
            timeline.activity().busy(Chunk.MATMUL, range.from(), range.to()) / range.cycles());
    svg.text(
        "dim",
        Panel.LEFT + 40,
        y + 14,
        "cycles %s to %s, array busy %s"
            .formatted(Panel.number(range.from()), Panel.number(range.to() - 1), busy));
    return new Panel(svg, timeline, range, y + HEADING);
  }

  private static void legend(SvgWriter svg, Timeline timeline, double y) {
    svg.text("dim", MARGIN, y + 10, "array idle because");
    double x = Panel.LEFT + 8;
    for (Optional<StallCause> cause : Panel.causes()) {
      long cycles = timeline.activity().idle(cause, 0, timeline.cycles());
      if (cycles == 0) {
        continue;
      }
      String text = Palette.name(cause) + " " + Panel.percent((double) cycles / timeline.cycles());
      svg.path(
          "",
          "M%s %sh%sv%sh-%sz".formatted(SvgWriter.number(x), SvgWriter.number(y), 11, 11, 11),
          "fill",
          Palette.colour(cause));
      svg.text("", x + SWATCH + 5, y + 10, text);
      x += SWATCH + 5 + text.length() * LETTER + 16;
    }
  }
}
