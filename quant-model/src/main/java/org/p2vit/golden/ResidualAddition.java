package org.p2vit.golden;

import org.p2vit.model.Residual;

/** Additions into the residual stream (docs/numerics.md section 3), on rows. */
public final class ResidualAddition {
  private final float[] scale;
  private final int bits;

  /**
   * @param before the stream's scale
   * @param after the sum's
   * @param bits of the stream
   * @param grid of the exponents
   */
  public ResidualAddition(Residual before, Residual after, int bits, ScaleGrid grid) {
    int[] shifts = new int[after.ptf().length];
    for (int c = 0; c < shifts.length; c++) {
      shifts[c] = after.exponent(c) - before.exponent(c);
    }
    scale = grid.scalesOfShifts(shifts);
    this.bits = bits;
  }

  /** {@code branch} into the stream {@code x}. */
  public void apply(float[][] x, float[][] branch) {
    for (int t = 0; t < x.length; t++) {
      Rows.addBranch(x[t], scale, branch[t], bits);
    }
  }
}
