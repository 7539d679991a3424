package org.p2vit.generator.compile;

import java.util.Optional;
import org.p2vit.rtl.job.Job;

/**
 * A job of a program and what it is for.
 *
 * @param job as encoded
 * @param image which of the images of a start it works for
 * @param purpose for people: the tensor that it makes or loads for
 * @param tap which tensor its results are; empty if it has none
 */
public record TracedJob(Job job, int image, String purpose, Optional<TapTarget> tap) {

  /** Of the first image; {@link ProgramBuilder} says of which it really is. */
  TracedJob(Job job, String purpose, Optional<TapTarget> tap) {
    this(job, 0, purpose, tap);
  }

  TracedJob with(Job other, int ofImage) {
    return new TracedJob(other, ofImage, purpose, tap);
  }
}
