package org.p2vit.golden;

import org.p2vit.model.Activation;
import org.p2vit.model.Mlp;
import org.p2vit.numerics.ActivationMath;

/** The activation between the MLP's layers (docs/numerics.md section 4), on rows. */
public final class HiddenActivation {
  private static final int LAST = ActivationMath.TABLE_SIZE - 1;

  private final float indexScale;
  private final float[] table;
  private final float[] scales;

  /**
   * @param grid of the exponents
   */
  public HiddenActivation(Mlp mlp, ScaleGrid grid) {
    Activation activation = mlp.activation();
    indexScale = Rows.scale(activation.indexShift());
    table = new float[activation.table().length];
    for (int u = 0; u < table.length; u++) {
      table[u] = activation.table()[u];
    }
    int[] shifts = mlp.hiddenExponent().clone();
    for (int o = 0; o < shifts.length; o++) {
      shifts[o] -= grid.octaves(activation.exponent());
    }
    scales = grid.scalesOfShifts(shifts);
  }

  /** In place: 16-bit pre-activations {@code p} to int8 codes {@code y}. */
  public void apply(float[][] rows) {
    float[] g = new float[scales.length];
    for (float[] p : rows) {
      toIndices(p, g);
      lookUp(g);
      subtract(p, g);
      Rows.requantize(p, scales, 8);
    }
  }

  private void toIndices(float[] p, float[] u) {
    for (int o = 0; o < u.length; o++) {
      u[o] = Math.min(LAST, Math.abs(p[o]) * indexScale) + Rows.TO_INDEX;
    }
  }

  private void lookUp(float[] u) {
    for (int o = 0; o < u.length; o++) {
      u[o] = table[Rows.index(u[o], LAST)];
    }
  }

  private static void subtract(float[] p, float[] g) {
    for (int o = 0; o < p.length; o++) {
      p[o] = Math.max(0, p[o]) - g[o];
    }
  }
}
