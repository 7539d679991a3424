package org.p2vit.quantize;

/**
 * Rounds one weight after another, the one with the strongest input first; those not yet rounded
 * make up for the errors so far. This is GPTQ (arXiv 2210.17323) in the form of Babai's nearest
 * plane (their equality: arXiv 2507.18553): with {@code H = L L'}, the cost is {@code sum_j (sum_{i
 * >= j} L[i][j] d[i])^2}, and the {@code j}-th term is made least when {@code d[j]} is the only
 * unknown.
 */
final class CompensatedRounding implements WeightRounding {

  @Override
  public double[] round(
      Hessian hessian, double[][] weights, double[] scale, int max, double[][] codes) {
    int n = weights.length;
    int width = scale.length;
    double[] errors = new double[width];
    // What the weights rounded so far leave in each term.
    double[][] left = new double[n][width];
    double[] error = new double[width];
    double[][] factor = hessian.factor();
    for (int i = n - 1; i >= 0; i--) {
      double[] row = factor[i];
      double[] weight = weights[hessian.input(i)];
      double[] code = codes[hessian.input(i)];
      for (int o = 0; o < width; o++) {
        double wanted = weight[o] + left[i][o] / row[i];
        code[o] = WeightRounding.code(wanted / scale[o], max);
        error[o] = weight[o] - code[o] * scale[o];
        double term = row[i] * (wanted - code[o] * scale[o]);
        errors[o] += term * term;
      }
      for (int j = 0; j < i; j++) {
        Moments.addTimes(row[j], error, left[j]);
      }
    }
    return errors;
  }
}
