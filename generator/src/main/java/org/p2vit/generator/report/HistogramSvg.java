package org.p2vit.generator.report;

import static org.p2vit.generator.svg.SvgWriter.number;

import java.util.function.LongToDoubleFunction;
import org.p2vit.generator.svg.SvgWriter;
import org.p2vit.quantize.Histogram;

/**
 * A small histogram: bars for codes, a line for the float model's values; heights are logarithmic
 * where there are such.
 */
final class HistogramSvg {
  private static final double WIDTH = 152;
  private static final double HEIGHT = 40;

  /** Without values of the float model, in a table's row. */
  private static final double SMALL_WIDTH = 96;

  private static final double SMALL_HEIGHT = 22;

  private HistogramSvg() {}

  /**
   * @param floats null for none
   */
  static String draw(Histogram codes, Histogram floats) {
    double width = floats == null ? SMALL_WIDTH : WIDTH;
    double height = floats == null ? SMALL_HEIGHT : HEIGHT;
    long most = 1;
    for (int i = 0; i < codes.counts().length; i++) {
      most = Math.max(most, Math.max(codes.counts()[i], floats == null ? 0 : floats.counts()[i]));
    }
    SvgWriter svg = new SvgWriter(width, height);
    svg.rect("frame", 0, 0, width, height);
    double top = height - 2;
    double scale = floats == null ? top / most : top / Math.log1p(most);
    LongToDoubleFunction y = n -> height - scale * (floats == null ? n : Math.log1p(n));
    svg.path("codes", bars(codes.counts(), y, width, height));
    if (floats != null) {
      svg.path("floats", line(floats.counts(), y, width));
    }
    return svg.finish().strip();
  }

  private static String bars(long[] counts, LongToDoubleFunction y, double width, double height) {
    double step = width / counts.length;
    StringBuilder path = new StringBuilder("M0 " + number(height));
    for (int i = 0; i < counts.length; i++) {
      path.append('V').append(number(y.applyAsDouble(counts[i])));
      path.append('H').append(number((i + 1) * step));
    }
    return path.append('V').append(number(height)).append('z').toString();
  }

  private static String line(long[] counts, LongToDoubleFunction y, double width) {
    double step = width / counts.length;
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < counts.length; i++) {
      path.append(i == 0 ? 'M' : 'L').append(number((i + 0.5) * step)).append(' ');
      path.append(number(y.applyAsDouble(counts[i])));
    }
    return path.toString();
  }
}
