package org.p2vit.verif.emulator;

import org.p2vit.numerics.ContextMath;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.ShifterJob;

/** See {@link ShifterJob}. */
final class ShifterRun extends JobRun {
  private final ShifterJob job;
  private final EmulatedBuffer code;
  private final EmulatedBuffer value;
  private final EmulatedBuffer activation;

  ShifterRun(ProgramJob source, ShifterJob job, Architecture arch, Memories memories) {
    super(source, arch, memories, job.rowBlocks(), 1);
    this.job = job;
    code = buffer(BufferId.CODE);
    value = buffer(BufferId.VALUE);
    activation = buffer(BufferId.ACTIVATION);
    int p = arch.requantColumns();
    source.require(job.tokenGroups() > 0, "tokenGroups", "0 groups");
    source.require(job.channelTiles() > 0, "channelTiles", "0 tiles");
    source.require(job.column() % p == 0, "column", job.column() + " is no multiple of " + p);
    source.require(
        job.tokenGroups() <= arch.buffers().codeSlotWords(),
        "tokenGroups",
        job.tokenGroups() + " are more than a code slot's " + arch.buffers().codeSlotWords());
  }

  @Override
  protected void compute(int row, int tile, Step step) {
    int depth = arch.shifterDepth();
    int width = arch.shifterColumns();
    int p = arch.requantColumns();
    Architecture.Buffers b = arch.buffers();
    int slot = (job.codeSlot() + row) % b.codeSlots() * b.codeSlotWords();
    for (int t = 0; t < job.channelTiles(); t++) {
      long[][] acc = new long[arch.rows()][width];
      for (int g = 0; g < job.tokenGroups(); g++) {
        int v = source.word(value, "valueBase", job.valueBase() + (long) g * job.valueStride() + t);
        step.read(code, slot + g);
        step.read(value, v);
        for (int j = 0; j < depth; j++) {
          for (int r = 0; r < arch.rows(); r++) {
            int a = (int) code.get(slot + g, lane(r, j, depth));
            long factor = ContextMath.factor(a);
            for (int c = 0; c < width; c++) {
              acc[r][c] += value.get(v, lane(j, c, width)) * factor;
            }
          }
        }
      }
      for (int c = 0; c < width; c += p) {
        int channel = t * width + c;
        step.beat(channel, write(acc, row, c, channel, step));
      }
    }
  }

  private short[] write(long[][] acc, int row, int c, int channel, Step step) {
    int position = job.column() + channel;
    int p = arch.requantColumns();
    long at = job.base() + (long) row * job.stride() + position / arch.depth();
    int word = source.word(activation, "base", at);
    short[] beat = new short[arch.rows() * p];
    for (int r = 0; r < arch.rows(); r++) {
      for (int i = 0; i < p; i++) {
        int y = ContextMath.output(acc[r][c + i], job.shift());
        step.element(activation, word, lane(r, position + i, arch.depth()), channel + i, y);
        beat[r * p + i] = (short) y;
      }
    }
    return beat;
  }
}
