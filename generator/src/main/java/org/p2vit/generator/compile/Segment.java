package org.p2vit.generator.compile;

import java.util.List;
import org.p2vit.rtl.job.LoadJob;

/**
 * Something that a LOAD job brings into a buffer before the steps that use it.
 *
 * <p>It has its place in the buffer from the moment at which the LOAD job is placed in the program
 * until the last job that uses it has been placed there.
 */
final class Segment {
  private final String purpose;
  private final Ring ring;
  private final LoadJob.Source source;
  private final LoadJob.Destination destination;
  private final int address;
  private final int words;
  private final int beats;
  private final int unitBeats;
  private int runWords = 1;
  private int runStride = 1;
  private int earliest;
  private int word = -1;
  private int lastStep;

  /**
   * @param purpose for people
   * @param ring where it finds its place
   * @param address byte offset in {@code source}
   * @param words of the buffer
   * @param beats AXI beats in all
   * @param unitBeats beats of a unit of progress
   */
  Segment(
      String purpose,
      Ring ring,
      LoadJob.Source source,
      LoadJob.Destination destination,
      int address,
      int words,
      int beats,
      int unitBeats) {
    this.purpose = purpose;
    this.ring = ring;
    this.source = source;
    this.destination = destination;
    this.address = address;
    this.words = words;
    this.beats = beats;
    this.unitBeats = unitBeats;
  }

  String purpose() {
    return purpose;
  }

  Ring ring() {
    return ring;
  }

  int words() {
    return words;
  }

  /** First word in the buffer. */
  int word() {
    if (word < 0) {
      throw new IllegalStateException(destination + " segment is used before it is loaded");
    }
    return word;
  }

  void place(int word) {
    this.word = word;
  }

  /** Its words lie in runs, see {@link LoadJob}. */
  Segment inRuns(int runWords, int runStride) {
    this.runWords = runWords;
    this.runStride = runStride;
    return this;
  }

  /** It may not be loaded before this step: until then others use its place. */
  Segment notBefore(int step) {
    earliest = step;
    return this;
  }

  int earliest() {
    return earliest;
  }

  /** The last step of the program that uses it. */
  int lastStep() {
    return lastStep;
  }

  void usedBy(int step) {
    lastStep = Math.max(lastStep, step);
  }

  LoadJob job() {
    return new LoadJob(
        List.of(), source, address, destination, word(), beats, unitBeats, runWords, runStride);
  }
}
