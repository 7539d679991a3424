package org.p2vit.generator.compile;

import java.util.Optional;
import org.p2vit.rtl.job.Job;

/**
 * A job of a program and what it is for.
 *
 * @param job as encoded
 * @param purpose for people: the tensor that it makes or loads for
 * @param tap which tensor its results are; empty if it has none
 */
public record TracedJob(Job job, String purpose, Optional<TapTarget> tap) {

  TracedJob with(Job other) {
    return new TracedJob(other, purpose, tap);
  }
}
