package org.p2vit.verif.emulator;

import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.StoreJob;

/** See {@link StoreJob}. */
final class StoreRun extends JobRun {
  private final StoreJob job;
  private final byte[] output;

  StoreRun(ProgramJob source, StoreJob job, Architecture arch, Memories memories, Dram dram) {
    super(source, arch, memories, 1, 1);
    this.job = job;
    this.output = dram.output();
    source.require(job.words() > 0, "words", "0 words");
    long address = Integer.toUnsignedLong(job.address());
    source.require(
        address % arch.axi().bytes() == 0, "address", address + " is not a multiple of a beat");
    long end = address + (long) job.words() * buffer(BufferId.RESIDUAL).wordBytes();
    source.require(
        end <= output.length,
        "address",
        "writes up to byte " + end + " of the output, which has " + output.length);
  }

  @Override
  protected void compute(int row, int tile, Step step) {
    EmulatedBuffer residual = buffer(BufferId.RESIDUAL);
    int bytes = residual.wordBytes();
    for (int i = 0; i < job.words(); i++) {
      int word = source.word(residual, "word", (long) job.word() + i);
      step.read(residual, word);
      // Nothing on the chip reads the output region back, so it may be written at once.
      System.arraycopy(
          residual.bytes(), residual.offset(word, 0), output, job.address() + i * bytes, bytes);
    }
  }
}
