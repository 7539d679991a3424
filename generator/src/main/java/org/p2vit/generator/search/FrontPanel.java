package org.p2vit.generator.search;

import static org.p2vit.generator.svg.SvgWriter.number;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import org.p2vit.generator.svg.Axis;
import org.p2vit.generator.svg.SvgWriter;

/** One quantity of all that was measured, over its cost. */
final class FrontPanel {
  private static final double DOT = 3;
  private static final double FRONT_DOT = 4;
  private static final double UNIFORM_DOT = 4.5;
  private static final double CHOSEN_DOT = 5.5;

  private final SvgWriter svg;
  private final Axis across;
  private final Axis up;
  private final ToDoubleFunction<Evaluation> value;

  /**
   * @param value what is drawn
   */
  FrontPanel(SvgWriter svg, Axis across, Axis up, ToDoubleFunction<Evaluation> value) {
    this.svg = svg;
    this.across = across;
    this.up = up;
    this.value = value;
  }

  void grid(String title, DoubleFunction<String> label) {
    svg.text("", across.from(), up.to() - 12, title);
    for (double v : up.ticks()) {
      svg.line("grid", across.from(), up.at(v), across.to(), up.at(v));
      svg.text("dim end", across.from() - 8, up.at(v) + 4, label.apply(v));
    }
    for (double c : across.ticks()) {
      svg.line("grid", across.at(c), up.from(), across.at(c), up.to());
    }
  }

  void level(double v, String name) {
    svg.line("float", across.from(), up.at(v), across.to(), up.at(v));
    svg.text("dim", across.from() + 6, up.at(v) - 5, name);
  }

  void limit(double cost, String name) {
    svg.line("limit", across.at(cost), up.from(), across.at(cost), up.to());
    svg.text("dim", across.at(cost) + 5, up.to() + 12, name);
  }

  /** A step at each point, which nothing cheaper is as good as. */
  void line(List<MeasuredPoint> front) {
    StringBuilder path = new StringBuilder();
    for (MeasuredPoint p : front) {
      String x = number(across.at(p.cost()));
      String y = number(up.at(value.applyAsDouble(p.evaluation())));
      path.append(path.isEmpty() ? "M" + x + " " + y : "H" + x + "V" + y);
    }
    svg.path("front", path.append("H").append(number(across.to())).toString());
  }

  void dots(List<MeasuredPoint> all, List<MeasuredPoint> front, MeasuredPoint chosen) {
    all.forEach(p -> dot("point", p, DOT));
    front.forEach(p -> dot("best", p, FRONT_DOT));
    all.forEach(this::uniform);
    dot("chosen", chosen, CHOSEN_DOT);
    svg.text("", x(chosen) + 9, y(chosen) + 17, "chosen");
  }

  private void uniform(MeasuredPoint p) {
    String code = p.evaluation().allocation().code();
    if (code.matches("4+|8+")) {
      dot("uniform", p, UNIFORM_DOT);
      boolean wide = code.startsWith("8");
      svg.text(
          wide ? "end" : "", x(p) + (wide ? 8 : -8), y(p) - 10, "all " + code.charAt(0) + " bits");
    }
  }

  private void dot(String style, MeasuredPoint p, double radius) {
    svg.dot(style, x(p), y(p), radius, p.text());
  }

  private double x(MeasuredPoint p) {
    return across.at(p.cost());
  }

  private double y(MeasuredPoint p) {
    return up.at(value.applyAsDouble(p.evaluation()));
  }
}
