package org.p2vit.quantize;

import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Activation;
import org.p2vit.model.Activations;

/** Chooses the exponent of a layer's GELU (docs/numerics.md section 4). */
final class Gelu {
  /** Head room over what calibration saw. */
  private static final double MARGIN = 1.25;

  private Gelu() {}

  /**
   * The table for pre-activations up to {@code max}; only a layer with values beyond 32 has a
   * coarser one than the finest.
   */
  static Activation activation(double max) {
    return Activations.gelu(
        Math.max(
            Activations.GELU_EXPONENT,
            new Exponents(ScaleGrid.POWERS_OF_TWO, true).unclipped(MARGIN * max, 16)));
  }
}
