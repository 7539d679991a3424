package org.p2vit.model;

/**
 * The published DeiT models for 224 x 224 images in patches of 16 and 1,000 classes (arXiv
 * 2012.12877, table 1), without distillation token.
 */
public enum DeitShape {
  DEIT_TINY(192, 3),
  DEIT_SMALL(384, 6),
  DEIT_BASE(768, 12);

  /** Transformer blocks of each. */
  public static final int BLOCKS = 12;

  private final int dim;
  private final int heads;

  DeitShape(int dim, int heads) {
    this.dim = dim;
    this.heads = heads;
  }

  public VitShape shape() {
    return shape(BLOCKS);
  }

  /** With another number of blocks. */
  public VitShape shape(int blocks) {
    return new VitShape(3, 224, 224, 16, dim, blocks, heads, 4 * dim, 1000);
  }
}
