package org.p2vit.verif.emulator;

import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.LoadJob;

/** See {@link LoadJob}. */
final class LoadRun extends JobRun {
  private final LoadJob job;
  private final byte[] memory;
  private final EmulatedBuffer destination;
  private final int beatBytes;

  LoadRun(ProgramJob source, LoadJob job, Architecture arch, Memories memories, Dram dram) {
    super(source, arch, memories, job.unitBeats() == 0 ? 0 : job.units(), 1);
    this.job = job;
    memory =
        switch (job.source()) {
          case MODEL -> dram.model();
          case INPUT -> dram.input();
        };
    destination = buffer(BufferId.valueOf(job.destination().name()));
    beatBytes = arch.axi().bytes();
    source.require(
        job.beats() % job.unitBeats() == 0,
        "unitBeats",
        job.unitBeats() + " does not divide beats = " + job.beats());
    source.require(job.runWords() > 0, "runWords", "is 0");
    long address = Integer.toUnsignedLong(job.address());
    source.require(address % beatBytes == 0, "address", address + " is not a multiple of a beat");
    source.require(
        address + (long) job.beats() * beatBytes <= memory.length,
        "address",
        "reads up to byte "
            + (address + (long) job.beats() * beatBytes)
            + " of "
            + job.source()
            + ", which has "
            + memory.length);
  }

  @Override
  protected void compute(int unit, int tile, Step step) {
    // A TABLE word is one beat; all other words are wordBytes / beatBytes beats.
    boolean table = destination.id() == BufferId.TABLE;
    int slices = table ? 1 : destination.wordBytes() / beatBytes;
    int from = unit * job.unitBeats();
    for (int i = from; i < from + job.unitBeats(); i++) {
      int read = job.address() + i * beatBytes;
      long word = job.wordAt(i / slices);
      int at;
      if (table) {
        at = (int) Math.min(word * beatBytes, Integer.MAX_VALUE);
        source.require(
            at + beatBytes <= destination.wordBytes(), "word", "reaches beyond the table");
      } else {
        at = destination.offset(source.word(destination, "word", word), 0);
        at += i % slices * beatBytes;
      }
      for (int j = 0; j < beatBytes; j++) {
        step.write(destination, at + j, i, memory[read + j]);
      }
    }
  }
}
