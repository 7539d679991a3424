package org.p2vit.generator.search;

import java.util.List;
import java.util.Locale;

/** What a choice of bits costs; more bits never cost less, but for single cycles. */
public interface Cost {

  /** For people, such as {@code "cycles"}. */
  String unit();

  double of(Allocation allocation);

  /** A number of it as text, unit left out. */
  default String format(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  /** Mean weight bits, each multiply-accumulate of a linear layer counting once. */
  static Cost meanBits(List<LayerGroup> groups) {
    double total = groups.stream().mapToLong(LayerGroup::macs).sum();
    return new Cost() {
      @Override
      public String unit() {
        return "mean bits";
      }

      @Override
      public double of(Allocation allocation) {
        double bits = 0;
        for (int g = 0; g < groups.size(); g++) {
          bits += groups.get(g).macs() * (double) allocation.bits(g);
        }
        return bits / total;
      }

      @Override
      public String format(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
      }
    };
  }

  /** Bytes of all weights. */
  static Cost bytes(List<LayerGroup> groups) {
    return new Cost() {
      @Override
      public String unit() {
        return "bytes";
      }

      @Override
      public double of(Allocation allocation) {
        long bits = 0;
        for (int g = 0; g < groups.size(); g++) {
          bits += groups.get(g).weights() * allocation.bits(g);
        }
        return (bits + 7) / 8;
      }
    };
  }
}
