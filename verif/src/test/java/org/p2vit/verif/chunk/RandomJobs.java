package org.p2vit.verif.chunk;

import java.util.Random;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.ShifterJob;
import org.p2vit.rtl.job.SoftmaxJob;

/** Random jobs of the four computing chunks, anywhere in what {@code RandomContent} filled. */
final class RandomJobs {
  private final Random random;
  private final Architecture arch;
  private final Architecture.Buffers buffers;
  private final int p;

  private RandomJobs(Random random, Architecture arch) {
    this.random = random;
    this.arch = arch;
    this.buffers = arch.buffers();
    this.p = arch.requantColumns();
  }

  static JobMaker matMul(Random random, Architecture arch) {
    return new RandomJobs(random, arch)::matMul;
  }

  static JobMaker softmax(Random random, Architecture arch) {
    return new RandomJobs(random, arch)::softmax;
  }

  static JobMaker shifter(Random random, Architecture arch) {
    return new RandomJobs(random, arch)::shifter;
  }

  static JobMaker layerNorm(Random random, Architecture arch) {
    return new RandomJobs(random, arch)::layerNorm;
  }

  /** 1 to max, mostly small. */
  private int size(int max) {
    int limit = random.nextInt(3) == 0 ? max : Math.min(max, 4);
    return 1 + random.nextInt(limit);
  }

  private int below(int n) {
    return random.nextInt(n);
  }

  private MatMulJob matMul(JobMaker.Waits waits) {
    MatMulJob.Destination to =
        MatMulJob.Destination.values()[below(MatMulJob.Destination.values().length)];
    boolean bytes =
        to != MatMulJob.Destination.RESIDUAL_ADD && to != MatMulJob.Destination.RESIDUAL_SET;
    boolean weights4 = random.nextBoolean();
    int tileColumns = weights4 ? 2 * arch.columns() : arch.columns();
    boolean scores = to == MatMulJob.Destination.SCORE;
    int columns = p * size(40 / p) - (scores ? below(p) : 0);
    int depthWords = size(arch.maxDepth() / arch.depth());
    columns = Math.min(columns, buffers.weightWords() / (depthWords + 1) * tileColumns);
    int tiles = (columns + tileColumns - 1) / tileColumns;
    int rowBlocks = size(6);
    int activationStride = depthWords + below(2);
    int weightStride = depthWords + below(2);
    boolean activation = bytes && below(3) == 0;
    boolean useParameters = activation || random.nextBoolean();
    int words = (columns + p - 1) / p;
    int parameterBase =
        (activation ? buffers.parameterWords() / 2 : 0)
            + below(buffers.parameterWords() / 2 - words + 1);
    int column = p * below(24 / p);
    int firstRow = below(4);
    int perWord =
        switch (to) {
          case ACTIVATION, KEY -> arch.depth();
          case VALUE -> arch.shifterColumns();
          default -> p;
        };
    int rowWords = (column + columns - 1) / perWord + 1;
    int stride = rowWords + below(2);
    int last = rowBlocks - 1;
    int base;
    switch (to) {
      case ACTIVATION -> base = below(buffers.activationWords() - last * stride - rowWords + 1);
      case KEY -> {
        last = (firstRow + last) * arch.rows() / arch.columns();
        base = below(buffers.weightWords() - last * stride - rowWords + 1);
      }
      case VALUE -> {
        last = (firstRow + last) * arch.rows() / arch.shifterDepth();
        stride = Math.min(stride, (buffers.valueWords() - rowWords) / Math.max(1, last));
        base = below(buffers.valueWords() - last * stride - rowWords + 1);
      }
      case SCORE -> {
        stride = buffers.scoreSlotWords();
        base = below(buffers.scoreSlots());
      }
      default -> base = below(buffers.residualWords() - last * stride - rowWords + 1);
    }
    int activationWords = (rowBlocks - 1) * activationStride + depthWords;
    int weightWords = (tiles - 1) * weightStride + depthWords;
    return new MatMulJob(
        waits.of(rowBlocks, tiles, rowBlocks),
        below(buffers.activationWords() - activationWords + 1),
        activationStride,
        depthWords,
        rowBlocks,
        tiles,
        below(buffers.weightWords() - weightWords + 1),
        weightStride,
        weights4,
        useParameters,
        parameterBase,
        random.nextBoolean() ? below(40) - 8 : below(14),
        activation,
        below(16),
        to,
        base,
        stride,
        column,
        columns,
        firstRow);
  }

  private SoftmaxJob softmax(JobMaker.Waits waits) {
    int rowBlocks = size(6);
    int groups = size(buffers.codeSlotWords());
    int columns = groups * arch.shifterDepth();
    int most = Math.min(columns, arch.maxTokens());
    int tokens = random.nextBoolean() ? most - below(Math.min(most, p + 1)) : 1 + below(most);
    return new SoftmaxJob(
        waits.of(rowBlocks, 1, rowBlocks),
        rowBlocks,
        below(buffers.scoreSlots()),
        below(buffers.codeSlots()),
        columns,
        tokens,
        1 + below(12));
  }

  private ShifterJob shifter(JobMaker.Waits waits) {
    int rowBlocks = size(6);
    int groups = size(Math.min(buffers.codeSlotWords(), buffers.valueWords() / 4));
    int tiles = size(Math.min(4, buffers.valueWords() / groups));
    int valueStride = tiles;
    int column = p * below(24 / p);
    int rowWords = (column + tiles * arch.shifterColumns() - 1) / arch.depth() + 1;
    int stride = rowWords + below(2);
    int words = (rowBlocks - 1) * stride + rowWords;
    return new ShifterJob(
        waits.of(rowBlocks, 1, rowBlocks),
        rowBlocks,
        below(buffers.codeSlots()),
        below(buffers.valueWords() - (groups - 1) * valueStride - tiles + 1),
        valueStride,
        groups,
        tiles,
        random.nextBoolean() ? below(32) : 11 + below(12),
        below(buffers.activationWords() - words + 1),
        stride,
        column);
  }

  private LayerNormJob layerNorm(JobMaker.Waits waits) {
    int rowBlocks = size(4);
    int channels = p * size(arch.maxChannels() / p);
    if (channels < 2) {
      channels = 2;
    }
    int words = channels / p;
    int residualStride = Math.min(words + below(2), (buffers.residualWords() - words) / rowBlocks);
    int rowWords = (channels - 1) / arch.depth() + 1;
    int stride = Math.min(rowWords + below(2), (buffers.activationWords() - rowWords) / rowBlocks);
    int residualWords = (rowBlocks - 1) * residualStride + words;
    return new LayerNormJob(
        waits.of(rowBlocks, 1, rowBlocks),
        rowBlocks,
        below(buffers.residualWords() - residualWords + 1),
        residualStride,
        below(buffers.normParameterWords() - words + 1),
        channels,
        LayerNormMath.log2Channels(channels),
        LayerNormMath.reciprocal(channels),
        random.nextBoolean()
            ? 0
            : random.nextLong() >>> Long.SIZE - below(arch.varianceBits()) - 1 >>> 1,
        below(buffers.activationWords() - (rowBlocks - 1) * stride - rowWords + 1),
        stride);
  }
}
