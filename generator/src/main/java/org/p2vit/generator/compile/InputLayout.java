package org.p2vit.generator.compile;

import org.p2vit.model.InputException;

/**
 * The input tensor in external memory: ACTIVATION words [row][D], {@code depthWords} a row block,
 * row block by row block, zeros where there is no token or value.
 *
 * @param tokens T
 * @param patchDim values a token
 * @param rows R
 * @param depth D
 */
public record InputLayout(int tokens, int patchDim, int rows, int depth) {

  /** Words of a row block. */
  public int depthWords() {
    return Sizes.ceilDiv(patchDim, depth);
  }

  /** Size in memory. */
  public int bytes() {
    return Sizes.roundUp(tokens, rows) * depthWords() * depth;
  }

  /**
   * @param codes T x patchDim, row 0 (the class token's) zeros
   */
  public byte[] encode(byte[] codes) {
    if (codes.length != tokens * patchDim) {
      throw new InputException(
          "an input of " + codes.length + " values; the model takes " + tokens + " x " + patchDim);
    }
    byte[] bytes = new byte[bytes()];
    for (int t = 0; t < tokens; t++) {
      for (int k = 0; k < patchDim; k++) {
        int word = t / rows * depthWords() + k / depth;
        bytes[(word * rows + t % rows) * depth + k % depth] = codes[t * patchDim + k];
      }
    }
    return bytes;
  }
}
