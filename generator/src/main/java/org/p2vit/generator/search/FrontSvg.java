package org.p2vit.generator.search;

import static org.p2vit.generator.svg.SvgWriter.number;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.p2vit.generator.search.MixedPrecisionSearch.Found;
import org.p2vit.generator.svg.SvgWriter;

/** Draws all that a search has measured, accuracy over cost, and the front of the best. */
public final class FrontSvg {
  private static final double WIDTH = 860;
  private static final double HEIGHT = 470;
  private static final double LEFT = 64;
  private static final double RIGHT = 28;
  private static final double TOP = 74;
  private static final double BOTTOM = 54;
  private static final int TICKS = 6;

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

  /** A measured allocation. */
  private record Point(Evaluation evaluation, double cost) {}

  private final Cost cost;
  private final Budget budget;
  private final Found found;
  private final List<Point> points = new ArrayList<>();
  private final SvgWriter svg = new SvgWriter(WIDTH, HEIGHT, STYLE);
  private double leastCost;
  private double mostCost;
  private double leastAccuracy;
  private double mostAccuracy;

  private FrontSvg(Budget budget, Found found) {
    this.budget = budget;
    this.found = found;
    cost = budget.cost();
    found.measured().forEach(e -> points.add(new Point(e, cost.of(e.allocation()))));
    points.add(new Point(found.best(), cost.of(found.best().allocation())));
    scales();
  }

  /**
   * Draws.
   *
   * @param title such as the model's name
   */
  public static String draw(String title, Budget budget, Found found) {
    return new FrontSvg(budget, found).draw(title);
  }

  private void scales() {
    leastCost = points.stream().mapToDouble(Point::cost).min().orElseThrow();
    mostCost = points.stream().mapToDouble(Point::cost).max().orElseThrow();
    double margin = Math.max(0.03 * (mostCost - leastCost), 1e-6 * mostCost);
    leastCost -= margin;
    mostCost += margin;
    leastAccuracy = points.stream().mapToDouble(p -> p.evaluation().accuracy()).min().orElseThrow();
    double most = points.stream().mapToDouble(p -> p.evaluation().accuracy()).max().orElseThrow();
    mostAccuracy = Math.max(most, floatAccuracy());
    double room = Math.max(0.06 * (mostAccuracy - leastAccuracy), 0.005);
    leastAccuracy -= room;
    mostAccuracy += room;
  }

  private double floatAccuracy() {
    return (double) found.floatRight() / found.best().images();
  }

  private String draw(String title) {
    svg.rect("page", 0, 0, WIDTH, HEIGHT);
    svg.text("title", 20, 30, title);
    svg.text(
        "dim",
        20,
        50,
        "top-1 on the %,d images that the search measures with, over %s; %,d choices of 4 or 8 bits a layer"
            .formatted(found.best().images(), cost.unit(), found.measured().size()));
    grid();
    line("float", floatAccuracy(), "float");
    double limit = budget.limit();
    if (limit >= leastCost && limit <= mostCost) {
      svg.line("limit", x(limit), TOP, x(limit), HEIGHT - BOTTOM);
      svg.text("dim", x(limit) + 5, HEIGHT - BOTTOM - 8, "budget " + cost.format(limit));
    }
    for (Point p : points) {
      dot("point", p, 3);
    }
    front();
    for (Point p : points) {
      uniform(p);
    }
    Point chosen = points.get(points.size() - 1);
    dot("chosen", chosen, 5.5);
    svg.text("", x(chosen.cost()) + 9, y(chosen.evaluation().accuracy()) + 16, "chosen");
    return svg.finish();
  }

  private void grid() {
    double step = nice((mostAccuracy - leastAccuracy) * 100 / TICKS) / 100;
    for (double a = Math.ceil(leastAccuracy / step) * step; a <= mostAccuracy; a += step) {
      svg.line("grid", LEFT, y(a), WIDTH - RIGHT, y(a));
      svg.text("dim end", LEFT - 8, y(a) + 4, "%s %%".formatted(number(100 * a)));
    }
    double across = nice((mostCost - leastCost) / TICKS);
    for (double c = Math.ceil(leastCost / across) * across; c <= mostCost; c += across) {
      svg.line("grid", x(c), TOP, x(c), HEIGHT - BOTTOM);
      svg.text("dim mid", x(c), HEIGHT - BOTTOM + 18, tick(c));
    }
    svg.text("dim mid", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, cost.unit());
  }

  private String tick(double value) {
    return mostCost < 100 ? number(value) : String.format(Locale.ROOT, "%,.0f", value);
  }

  /** 1, 2 or 5 times a power of ten, not below. */
  private static double nice(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    double lead = step / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
  }

  private void line(String style, double accuracy, String name) {
    svg.line(style, LEFT, y(accuracy), WIDTH - RIGHT, y(accuracy));
    svg.text("dim", LEFT + 6, y(accuracy) - 5, name);
  }

  /** What nothing cheaper is as good as. */
  private void front() {
    List<Point> sorted = new ArrayList<>(points);
    sorted.sort(
        Comparator.comparingDouble(Point::cost)
            .thenComparing(Point::evaluation, Comparator.reverseOrder()));
    StringBuilder path = new StringBuilder();
    List<Point> front = new ArrayList<>();
    for (Point p : sorted) {
      double best = front.isEmpty() ? -1 : front.get(front.size() - 1).evaluation().accuracy();
      if (p.evaluation().accuracy() > best) {
        front.add(p);
        path.append(path.isEmpty() ? "M" : "H").append(number(x(p.cost())));
        path.append(path.indexOf("V") < 0 && front.size() == 1 ? " " : "V");
        path.append(number(y(p.evaluation().accuracy())));
      }
    }
    svg.path("front", path.append("H").append(number(WIDTH - RIGHT)).toString());
    front.forEach(p -> dot("best", p, 4));
  }

  private void uniform(Point p) {
    String code = p.evaluation().allocation().code();
    if (code.matches("4+|8+")) {
      dot("uniform", p, 4.5);
      boolean wide = code.startsWith("8");
      svg.text(
          wide ? "end" : "",
          x(p.cost()) + (wide ? -8 : 8),
          y(p.evaluation().accuracy()) + 16,
          "all " + code.charAt(0) + " bits");
    }
  }

  private void dot(String style, Point p, double radius) {
    svg.dot(
        style,
        x(p.cost()),
        y(p.evaluation().accuracy()),
        radius,
        "%s %s, %d of %d right, divergence %.4f%n%s"
            .formatted(
                cost.format(p.cost()),
                cost.unit(),
                p.evaluation().right(),
                p.evaluation().images(),
                p.evaluation().divergence(),
                p.evaluation().allocation().code()));
  }

  private double x(double c) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (c - leastCost) / (mostCost - leastCost);
  }

  private double y(double accuracy) {
    double share = (accuracy - leastAccuracy) / (mostAccuracy - leastAccuracy);
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
  }
}
