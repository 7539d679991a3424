package org.p2vit.generator.search;

/**
 * A cost that each group adds its own to.
 *
 * @param weights of a bit of each group
 */
record WeightedBits(double[] weights) implements Cost {

  @Override
  public String unit() {
    return "weight";
  }

  @Override
  public double of(Allocation allocation) {
    double sum = 0;
    for (int g = 0; g < weights.length; g++) {
      sum += weights[g] * allocation.bits(g);
    }
    return sum;
  }
}
