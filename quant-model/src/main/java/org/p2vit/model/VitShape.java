package org.p2vit.model;

/**
 * The dimensions of a Vision Transformer with a class token and pre-norm blocks (ViT, arXiv
 * 2010.11929; DeiT, arXiv 2012.12877).
 *
 * @param imageChannels 1 or 3, as a rule
 * @param imageHeight pixels, a multiple of {@code patchSize}
 * @param imageWidth pixels, a multiple of {@code patchSize}
 * @param patchSize side of a patch
 * @param dim C, embedding dimension
 * @param depth blocks
 * @param heads H; divides {@code dim}
 * @param mlpDim M, hidden dimension
 * @param classes logits
 */
public record VitShape(
    int imageChannels,
    int imageHeight,
    int imageWidth,
    int patchSize,
    int dim,
    int depth,
    int heads,
    int mlpDim,
    int classes) {

  public int patches() {
    return (imageHeight / patchSize) * (imageWidth / patchSize);
  }

  /** Values of a flattened patch: the patch embedding's K. */
  public int patchDim() {
    return imageChannels * patchSize * patchSize;
  }

  /** T: patches and the class token. */
  public int tokens() {
    return patches() + 1;
  }

  public int headDim() {
    return dim / heads;
  }

  /** Multiply-accumulates of one image, attention times V included; only row 0 through the head. */
  public long macs() {
    long t = tokens();
    long block = 4 * t * dim * dim + 2 * t * t * dim + 2 * t * dim * mlpDim;
    return (long) patches() * patchDim() * dim + depth * block + (long) dim * classes;
  }

  /**
   * {@link #macs()} less attention times V, which is shift-and-add: what a multiplier array does.
   */
  public long multiplierMacs() {
    long t = tokens();
    return macs() - depth * t * t * dim;
  }
}
