package org.p2vit.generator.compile;

import org.p2vit.model.InputException;

/**
 * What a program does beyond computing a model.
 *
 * @param images that one start computes, back to back, at least 1
 * @param overlap of jobs
 */
public record CompileOptions(int images, Overlap overlap) {

  /** One image a start, all overlap. */
  public static final CompileOptions DEFAULT = new CompileOptions(1, Overlap.FULL);

  public CompileOptions {
    if (images < 1) {
      throw new InputException(images + " images a start; at least 1 is needed");
    }
  }

  public CompileOptions withImages(int count) {
    return new CompileOptions(count, overlap);
  }

  public CompileOptions withOverlap(Overlap other) {
    return new CompileOptions(images, other);
  }
}
