package org.p2vit.verif.emulator;

import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;

/** A job and its place in the program. */
record ProgramJob(int index, Job job) {

  Chunk chunk() {
    return job.chunk().orElseThrow();
  }

  /** Word {@code word} of {@code buffer}, as computed from {@code field}, checked. */
  int word(EmulatedBuffer buffer, String field, long word) {
    if (word < 0 || word >= buffer.words()) {
      throw error(
          field, "reaches word " + word + " of " + buffer.id() + ", which has " + buffer.words());
    }
    return (int) word;
  }

  void require(boolean holds, String field, String found) {
    if (!holds) {
      throw error(field, found);
    }
  }

  EmulationException error(String field, String found) {
    return new EmulationException(this + ", field " + field + ": " + found);
  }

  @Override
  public String toString() {
    return "job " + index + " (" + job.getClass().getSimpleName() + ")";
  }
}
