package org.p2vit.quantize;

import java.util.Arrays;

/** Each weight to the nearest code. */
final class NearestRounding implements WeightRounding {

  @Override
  public double[] round(
      Hessian hessian, double[][] weights, double[] scale, int max, double[][] codes) {
    double[] errors = new double[scale.length];
    double[] error = new double[weights.length];
    double[] product = new double[weights.length];
    for (int o = 0; o < scale.length; o++) {
      Arrays.fill(product, 0);
      for (int k = 0; k < error.length; k++) {
        codes[k][o] = WeightRounding.code(weights[k][o] / scale[o], max);
        error[k] = weights[k][o] - codes[k][o] * scale[o];
        hessian.addRow(k, error[k], product);
      }
      for (int k = 0; k < error.length; k++) {
        errors[o] += error[k] * product[k];
      }
    }
    return errors;
  }
}
