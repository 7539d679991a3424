package org.p2vit.model;

import java.util.Arrays;

/**
 * Scale of a residual-stream tensor: channel {@code c} has exponent {@code exponent + ptf[c]}.
 *
 * @param exponent base exponent
 * @param ptf C Power-of-Two Factors, 0 to 7
 */
public record Residual(int exponent, byte[] ptf) {

  public int exponent(int channel) {
    return exponent + ptf[channel];
  }

  /** Of all channels. */
  public int[] exponents() {
    int[] all = new int[ptf.length];
    Arrays.setAll(all, this::exponent);
    return all;
  }
}
