package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.Norm;
import org.p2vit.model.QuantizedModel;

/** How large the sums of a model can be, whatever the image. */
public final class Sums {
  private static final long LARGEST_CODE = 128;

  private Sums() {}

  /** Signed bits of any sum of products of the model, bias included. */
  public static int accumulatorBits(QuantizedModel model) {
    long largest = LARGEST_CODE * LARGEST_CODE * model.shape().headDim();
    for (Linear l : ModelTraits.linears(model)) {
      for (int o = 0; o < l.out(); o++) {
        long sum = Math.abs((long) l.bias()[o]);
        for (int k = 0; k < l.in(); k++) {
          sum += LARGEST_CODE * Math.abs(l.weights()[o * l.in() + k]);
        }
        largest = Math.max(largest, sum);
      }
    }
    return bits(largest) + 1;
  }

  /** Bits of the largest epsilon of a LayerNorm. */
  static int epsilonBits(QuantizedModel model) {
    List<Norm> norms = new ArrayList<>(List.of(model.norm()));
    for (Block b : model.blocks()) {
      norms.add(b.norm1());
      norms.add(b.norm2());
    }
    return bits(norms.stream().mapToLong(Norm::epsilon).max().orElseThrow());
  }

  private static int bits(long n) {
    return Long.SIZE - Long.numberOfLeadingZeros(n);
  }
}
