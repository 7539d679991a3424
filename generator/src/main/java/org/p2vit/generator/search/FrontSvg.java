package org.p2vit.generator.search;

import static org.p2vit.generator.svg.SvgWriter.number;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.p2vit.generator.search.MixedPrecisionSearch.Found;
import org.p2vit.generator.svg.Axis;
import org.p2vit.generator.svg.SvgWriter;

/**
 * Draws all that a search has measured over its cost: divergence with the front of the best, and
 * top-1.
 */
public final class FrontSvg {
  private static final double WIDTH = 860;
  private static final double HEIGHT = 700;
  private static final double LEFT = 64;
  private static final double RIGHT = 28;
  private static final double TOP = 96;
  private static final double PANEL = 250;
  private static final double GAP = 46;
  private static final double ACROSS_MARGIN = 0.03;
  private static final double UP_MARGIN = 0.06;

  private static final String STYLE =
      """
      text{font-family:Inter,'Helvetica Neue',Helvetica,Arial,sans-serif;font-size:12px;fill:#24303b}
      .title{font-size:17px;font-weight:600}
      .dim{fill:#66727d}
      .end{text-anchor:end}
      .mid{text-anchor:middle}
      .page{fill:#fff}
      .grid{stroke:#e4e8eb;fill:none}
      .limit{stroke:#e0a93b;stroke-width:1.5;stroke-dasharray:5 4;fill:none}
      .float{stroke:#66727d;stroke-width:1.2;stroke-dasharray:2 3;fill:none}
      .front{stroke:#4b97c4;stroke-width:2;fill:none}
      .point{fill:#9aa5af;fill-opacity:.55}
      .best{fill:#4b97c4}
      .chosen{fill:#d0605e}
      .uniform{fill:#46598c}
      """;

  private FrontSvg() {}

  /**
   * Draws.
   *
   * @param title such as the model's name
   */
  public static String draw(String title, Budget budget, Found found) {
    Cost cost = budget.cost();
    MeasuredPoint chosen = MeasuredPoint.of(found.best(), cost);
    List<MeasuredPoint> all =
        Stream.concat(
                found.measured().stream().map(e -> MeasuredPoint.of(e, cost)), Stream.of(chosen))
            .toList();
    List<MeasuredPoint> front = MeasuredPoint.front(all);

    SvgWriter svg = new SvgWriter(WIDTH, HEIGHT, STYLE);
    svg.rect("page", 0, 0, WIDTH, HEIGHT);
    svg.text("title", 20, 30, title);
    svg.text(
        "dim",
        20,
        50,
        "%,d choices of 4 or 8 bits a layer, each on the %,d images that the search measures with"
            .formatted(found.measured().size(), found.best().images()));

    Axis across =
        Axis.of(all.stream().mapToDouble(MeasuredPoint::cost), ACROSS_MARGIN, LEFT, WIDTH - RIGHT);
    Axis divergence =
        Axis.of(
            DoubleStream.concat(
                DoubleStream.of(0), all.stream().mapToDouble(p -> p.evaluation().divergence())),
            UP_MARGIN,
            TOP + PANEL,
            TOP);
    FrontPanel upper = new FrontPanel(svg, across, divergence, Evaluation::divergence);
    upper.grid("divergence from the float model, nats; less is better", SvgWriter::number);

    double floatAccuracy = (double) found.floatRight() / found.best().images();
    double top = TOP + PANEL + GAP;
    Axis accuracy =
        Axis.of(
            DoubleStream.concat(
                DoubleStream.of(floatAccuracy),
                all.stream().mapToDouble(p -> p.evaluation().accuracy())),
            UP_MARGIN,
            top + PANEL,
            top);
    FrontPanel lower = new FrontPanel(svg, across, accuracy, Evaluation::accuracy);
    lower.grid(
        "top-1 of the same; standard error of one %.1f points"
            .formatted(100 * standardError(floatAccuracy, found.best().images())),
        a -> number(100 * a) + " %");
    lower.level(floatAccuracy, "float");

    if (across.holds(budget.limit())) {
      upper.limit(budget.limit(), "budget " + cost.format(budget.limit()));
      lower.limit(budget.limit(), "");
    }
    upper.line(front);
    upper.dots(all, front, chosen);
    lower.dots(all, front, chosen);
    costs(svg, across, top + PANEL, cost);
    return svg.finish();
  }

  private static void costs(SvgWriter svg, Axis across, double y, Cost cost) {
    DoubleFunction<String> label =
        across.most() < 100 ? SvgWriter::number : c -> String.format(Locale.ROOT, "%,.0f", c);
    for (double c : across.ticks()) {
      svg.text("dim mid", across.at(c), y + 18, label.apply(c));
    }
    svg.text("dim mid", (across.from() + across.to()) / 2, y + 40, cost.unit());
  }

  private static double standardError(double share, int images) {
    return Math.sqrt(share * (1 - share) / images);
  }
}
