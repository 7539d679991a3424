package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * Rows of the left operand times columns of the right, re-quantized in line. {@code R}, {@code C},
 * {@code D} are the array's rows, columns and dot-product depth; {@code p = requantLanes / R} the
 * columns that leave the re-quantizer in a cycle.
 *
 * <pre>
 * for r in 0 .. rowBlocks-1                     R rows each
 *   for t in 0 .. tiles-1                       C columns each, 2C if weights4
 *     acc = sum over k in 0 .. depthWords-1 of
 *           ACTIVATION[activationBase + r*activationStride + k] (R x D) times
 *           WEIGHT[weightBase + t*weightStride + k] (C x D)
 *     columns n = t*C + c (or t*2C + c) with n < columns: re-quantize, write
 * </pre>
 *
 * With {@code weights4} a byte of the WEIGHT word holds two 4-bit weights: the low nibble of lane
 * {@code c} is column {@code t*2C + c}, the high nibble column {@code t*2C + C + c}. The output
 * goes to (word, byte order inside the word in brackets):
 *
 * <ul>
 *   <li>ACTIVATION [row][D columns]: {@code base + r*stride + (column+n)/D}, int8
 *   <li>KEY, the WEIGHT buffer [C tokens][D channels]: {@code base + ((firstRow+r)*R/C)*stride +
 *       (column+n)/D}, int8
 *   <li>VALUE [Ds tokens][Cs channels]: {@code base + ((firstRow+r)*R/Ds)*stride + (column+n)/Cs},
 *       int8
 *   <li>SCORE [row][p columns]: {@code ((base + r) % scoreSlots)*stride + (column+n)/p}, int8;
 *       {@code base} is a slot. With the last of them the largest of each row goes to SCORE_MAX
 *       [row], word {@code (base + r) % scoreSlots}
 *   <li>RESIDUAL_ADD [row][p columns]: {@code base + r*stride + (column+n)/p}; adds to what is
 *       there
 *   <li>RESIDUAL_SET: the same, 16-bit saturation, no addition (logits)
 * </ul>
 *
 * <p>A residual word has 16 bits an element. {@code columns}, {@code column} are multiples of
 * {@code p}; to SCORE, {@code columns} is any number: the words' tails are written, but do not
 * count for the maximum.
 *
 * @param useParameters bias and shift from PARAMETER[parameterBase + n/p], see {@link
 *     ParameterFormat}; otherwise no bias and {@code shift}
 * @param shift right shift of the accumulator when {@code useParameters} is false, -8 to 31
 * @param activation apply the activation table; {@code indexShift} is its {@code s}
 */
public record MatMulJob(
    List<Wait> waits,
    @Bits(20) int activationBase,
    @Bits(16) int activationStride,
    @Bits(12) int depthWords,
    @Bits(12) int rowBlocks,
    @Bits(12) int tiles,
    @Bits(20) int weightBase,
    @Bits(16) int weightStride,
    @Bits(1) boolean weights4,
    @Bits(1) boolean useParameters,
    @Bits(20) int parameterBase,
    @Bits(value = 6, signed = true) int shift,
    @Bits(1) boolean activation,
    @Bits(4) int indexShift,
    @Bits(3) Destination destination,
    @Bits(20) int base,
    @Bits(16) int stride,
    @Bits(16) int column,
    @Bits(16) int columns,
    @Bits(12) int firstRow)
    implements Job {

  public enum Destination {
    ACTIVATION,
    KEY,
    VALUE,
    SCORE,
    RESIDUAL_ADD,
    RESIDUAL_SET
  }

  @Override
  public MatMulJob withWaits(List<Wait> other) {
    return new MatMulJob(
        other,
        activationBase,
        activationStride,
        depthWords,
        rowBlocks,
        tiles,
        weightBase,
        weightStride,
        weights4,
        useParameters,
        parameterBase,
        shift,
        activation,
        indexShift,
        destination,
        base,
        stride,
        column,
        columns,
        firstRow);
  }

  @Override
  public Optional<Chunk> chunk() {
    return Optional.of(Chunk.MATMUL);
  }

  @Override
  public int units() {
    return rowBlocks;
  }
}
