package org.p2vit.generator.svg;

import java.util.DoubleSummaryStatistics;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Maps values to coordinates.
 *
 * @param least value, at {@code from}
 * @param most value, at {@code to}
 * @param from pixels
 * @param to pixels
 */
public record Axis(double least, double most, double from, double to) {
  private static final int TICKS = 6;

  /**
   * An axis with a little room at both ends.
   *
   * @param margin room, as a share of the values' range
   */
  public static Axis of(DoubleStream values, double margin, double from, double to) {
    DoubleSummaryStatistics range = values.summaryStatistics();
    double room = margin * (range.getMax() - range.getMin());
    // One value alone still needs a range.
    room = room > 0 ? room : Math.max(1e-6 * Math.abs(range.getMax()), Double.MIN_NORMAL);
    return new Axis(range.getMin() - room, range.getMax() + room, from, to);
  }

  public double at(double value) {
    return from + (to - from) * (value - least) / (most - least);
  }

  public boolean holds(double value) {
    return value >= least && value <= most;
  }

  /** Round values, some six. */
  public double[] ticks() {
    double step = nice((most - least) / TICKS);
    long first = (long) Math.ceil(least / step);
    long last = (long) Math.floor(most / step);
    return LongStream.rangeClosed(first, last).mapToDouble(i -> i * step).toArray();
  }

  /** 1, 2 or 5 times a power of ten, not below. */
  private static double nice(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    double lead = step / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
  }
}
