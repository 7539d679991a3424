package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * Attention times V for one head, shift-and-add. For row block {@code r} and channel tile {@code c}
 * (Cs channels): the sum over {@code g} in 0 .. tokenGroups-1 of CODE[((codeSlot + r) %
 * codeSlots)*codeSlotWords + g] (R x Ds codes) times VALUE[valueBase + g*valueStride + c] (Ds x Cs
 * values), re-quantized by {@code shift}, to ACTIVATION[base + r*stride + (column + c*Cs)/D].
 */
public record ShifterJob(
    List<Wait> waits,
    @Bits(12) int rowBlocks,
    @Bits(8) int codeSlot,
    @Bits(20) int valueBase,
    @Bits(16) int valueStride,
    @Bits(12) int tokenGroups,
    @Bits(12) int channelTiles,
    @Bits(5) int shift,
    @Bits(20) int base,
    @Bits(16) int stride,
    @Bits(16) int column)
    implements Job {

  @Override
  public ShifterJob withWaits(List<Wait> other) {
    return new ShifterJob(
        other,
        rowBlocks,
        codeSlot,
        valueBase,
        valueStride,
        tokenGroups,
        channelTiles,
        shift,
        base,
        stride,
        column);
  }

  @Override
  public Optional<Chunk> chunk() {
    return Optional.of(Chunk.SHIFTER);
  }

  @Override
  public int units() {
    return rowBlocks;
  }
}
