package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * LayerNorm of rows (docs/numerics.md section 7): RESIDUAL[residualBase + r*residualStride + c/p]
 * to ACTIVATION[base + r*stride + c/D]. Parameters of channel {@code c}:
 * NORM_PARAMETER[parameterBase + c/p], see {@link ParameterFormat}.
 *
 * @param channels the dimension C
 * @param log2Channels {@code l = ceil(log2 C)}
 * @param reciprocal {@code round(2^(23 + l) / C)}
 * @param epsilon {@code E}, not negative
 */
public record LayerNormJob(
    List<Wait> waits,
    @Bits(12) int rowBlocks,
    @Bits(20) int residualBase,
    @Bits(16) int residualStride,
    @Bits(20) int parameterBase,
    @Bits(11) int channels,
    @Bits(4) int log2Channels,
    @Bits(25) int reciprocal,
    @Bits(62) long epsilon,
    @Bits(20) int base,
    @Bits(16) int stride)
    implements Job {

  @Override
  public LayerNormJob withWaits(List<Wait> other) {
    return new LayerNormJob(
        other,
        rowBlocks,
        residualBase,
        residualStride,
        parameterBase,
        channels,
        log2Channels,
        reciprocal,
        epsilon,
        base,
        stride);
  }

  @Override
  public Optional<Chunk> chunk() {
    return Optional.of(Chunk.LAYER_NORM);
  }

  @Override
  public int units() {
    return rowBlocks;
  }
}
