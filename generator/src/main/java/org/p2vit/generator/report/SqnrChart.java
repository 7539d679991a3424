package org.p2vit.generator.report;

import static org.p2vit.generator.svg.SvgWriter.number;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.generator.svg.SvgWriter;
import org.p2vit.quantize.TensorStatistics;

/** Signal-to-quantization-noise ratio by block: a line a kind of tensor. */
final class SqnrChart {
  /** Decibels at the top. */
  static final double MOST = 60;

  private static final double WIDTH = 1120;
  private static final double HEIGHT = 250;
  private static final double LEFT = 44;
  private static final double RIGHT = 110;
  private static final double TOP = 34;
  private static final double BOTTOM = 30;
  private static final double STEP = 10;
  private static final double LETTER = 6.6;

  /** The kinds that are drawn. */
  private static final List<String> KINDS =
      List.of("residual2", "hidden", "context", "query", "value");

  private final QuantizationReport report;
  private final int blocks;
  private final SvgWriter svg = new SvgWriter(WIDTH, HEIGHT);

  SqnrChart(QuantizationReport report) {
    this.report = report;
    blocks = (int) report.tensors().stream().filter(t -> t.name().endsWith(".hidden")).count();
  }

  String draw() {
    for (double db = 0; db <= MOST; db += STEP) {
      svg.line("grid", LEFT, y(db), WIDTH - RIGHT, y(db));
      svg.text("dim end", LEFT - 6, y(db) + 4, number(db) + (db == MOST ? " dB" : ""));
    }
    for (int b = 0; b < blocks; b++) {
      svg.text("dim mid", x(b), HEIGHT - BOTTOM + 18, (b == 0 ? "block " : "") + b);
    }
    double legend = LEFT;
    for (int k = 0; k < KINDS.size(); k++) {
      String style = "s" + (k + 1);
      series(KINDS.get(k), style);
      svg.line("line " + style, legend, 12, legend + 18, 12);
      svg.text("", legend + 23, 16, KINDS.get(k));
      legend += 23 + KINDS.get(k).length() * LETTER + 22;
    }
    svg.text("dim", legend, 16, "solid: with all before, dashed: alone");
    return svg.finish().strip();
  }

  private void series(String kind, String style) {
    List<TensorStatistics> tensors = new ArrayList<>();
    for (TensorStatistics t : report.tensors()) {
      if (t.name().endsWith("." + kind)) {
        tensors.add(t);
      }
    }
    svg.path("line " + style, path(tensors.stream().map(TensorStatistics::sqnr).toList()));
    svg.path("alone " + style, path(tensors.stream().map(TensorStatistics::ownSqnr).toList()));
  }

  private String path(List<Double> decibels) {
    StringBuilder path = new StringBuilder();
    for (int b = 0; b < decibels.size(); b++) {
      path.append(b == 0 ? 'M' : 'L').append(number(x(b))).append(' ');
      path.append(number(y(decibels.get(b))));
    }
    return path.toString();
  }

  private double x(int block) {
    double inset = 20;
    double plot = WIDTH - LEFT - RIGHT - 2 * inset;
    return LEFT + inset + (blocks < 2 ? plot / 2 : plot * block / (blocks - 1));
  }

  private static double y(double decibels) {
    double clipped = Double.isNaN(decibels) ? 0 : Math.max(0, Math.min(MOST, decibels));
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - clipped / MOST);
  }
}
