package org.p2vit.generator.compile;

import static org.p2vit.generator.compile.Sizes.ceilDiv;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;
import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.JobFetch;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.ShifterJob;
import org.p2vit.rtl.job.SoftmaxJob;
import org.p2vit.rtl.job.StoreJob;

/**
 * What a program does, counted from its jobs: bits that are read from and written to each on-chip
 * memory, bytes over the memory port, operations of the chunks; padding included.
 */
public final class AccessCounts {
  /** Passes of softmax over the scores. */
  public static final int SOFTMAX_PASSES = 2;

  /** Passes of LayerNorm over the residual stream. */
  public static final int LAYER_NORM_PASSES = 2;

  /** Bits of an activation or score. */
  private static final int CODE = 8;

  private final Architecture arch;
  private final Map<OnChip, Long> bitsRead = new EnumMap<>(OnChip.class);
  private final Map<OnChip, Long> bitsWritten = new EnumMap<>(OnChip.class);
  private final Map<Operation, Long> operations = new EnumMap<>(Operation.class);
  private long fetchedBytes;
  private long loadedBytes;
  private long storedBytes;

  /** What chunks do to one element. */
  public enum Operation {
    /** An 8 x 8 product, or two of 8 x 4, added to a sum. */
    MULTIPLY_ACCUMULATE,
    /** A result made an 8-bit code or added to the residual stream. */
    REQUANTIZE,
    /** A value shifted by an attention code and added to a sum. */
    SHIFT_ADD,
    /** A score through one pass of softmax. */
    SOFTMAX,
    /** An element of the residual stream through one pass of LayerNorm. */
    LAYER_NORM
  }

  private AccessCounts(Architecture arch) {
    this.arch = arch;
  }

  /** Of a whole start, all images. */
  public static AccessCounts of(Schedule schedule) {
    AccessCounts counts = of(schedule, job -> true);
    // Jobs are fetched in whole blocks.
    long blocks = ceilDiv(schedule.jobs().size(), JobFetch.BlockJobs());
    counts.fetchedBytes = blocks * JobFetch.BlockJobs() * JobFormat.BYTES;
    return counts;
  }

  /** Of some jobs of a start. */
  public static AccessCounts of(Schedule schedule, Predicate<TracedJob> which) {
    AccessCounts counts = new AccessCounts(schedule.architecture());
    for (TracedJob traced : schedule.jobs()) {
      if (which.test(traced)) {
        counts.add(traced.job());
        counts.fetchedBytes += JobFormat.BYTES;
      }
    }
    return counts;
  }

  /** These, and {@code times} as much as the others. */
  public AccessCounts plus(AccessCounts others, long times) {
    AccessCounts sum = new AccessCounts(arch);
    sum.addAll(this, 1);
    sum.addAll(others, times);
    return sum;
  }

  private void addAll(AccessCounts others, long times) {
    others.bitsRead.forEach((k, v) -> bitsRead.merge(k, times * v, Long::sum));
    others.bitsWritten.forEach((k, v) -> bitsWritten.merge(k, times * v, Long::sum));
    others.operations.forEach((k, v) -> operations.merge(k, times * v, Long::sum));
    fetchedBytes += times * others.fetchedBytes;
    loadedBytes += times * others.loadedBytes;
    storedBytes += times * others.storedBytes;
  }

  /** That the accelerator has. */
  public Architecture architecture() {
    return arch;
  }

  /** Whole words are read. */
  public long bitsRead(OnChip memory) {
    return bitsRead.getOrDefault(memory, 0L);
  }

  /** Parts of words are written: as many elements as there are lanes, or an AXI beat. */
  public long bitsWritten(OnChip memory) {
    return bitsWritten.getOrDefault(memory, 0L);
  }

  public long operations(Operation operation) {
    return operations.getOrDefault(operation, 0L);
  }

  /** Bytes of the program that are read over the memory port. */
  public long fetchedBytes() {
    return fetchedBytes;
  }

  /** Bytes of weights, parameters and inputs, as often as they are read. */
  public long loadedBytes() {
    return loadedBytes;
  }

  /** Bytes of outputs. */
  public long storedBytes() {
    return storedBytes;
  }

  private void add(Job job) {
    if (job instanceof LoadJob j) {
      loadedBytes += (long) j.beats() * arch.axi().bytes();
      write(OnChip.valueOf(j.destination().name()), j.beats(), arch.axi().dataBits());
    } else if (job instanceof MatMulJob j) {
      matMul(j);
    } else if (job instanceof SoftmaxJob j) {
      softmax(j);
    } else if (job instanceof ShifterJob j) {
      shifter(j);
    } else if (job instanceof LayerNormJob j) {
      layerNorm(j);
    } else if (job instanceof StoreJob j) {
      read(OnChip.RESIDUAL, j.words());
      storedBytes += (long) j.words() * OnChip.RESIDUAL.wordBits(arch) / 8;
    }
  }

  private void matMul(MatMulJob j) {
    long pairs = (long) j.rowBlocks() * j.tiles() * j.depthWords();
    long beats = (long) j.rowBlocks() * ceilDiv(j.columns(), arch.requantColumns());
    read(OnChip.ACTIVATION, pairs);
    read(OnChip.WEIGHT, pairs);
    count(Operation.MULTIPLY_ACCUMULATE, pairs * arch.macs());
    count(Operation.REQUANTIZE, beats * arch.requantLanes());
    if (j.useParameters()) {
      read(OnChip.PARAMETER, beats);
    }
    if (j.activation()) {
      read(OnChip.TABLE, beats);
    }
    int codes = CODE * arch.requantLanes();
    int residuals = Architecture.RESIDUAL_CONTAINER_BITS * arch.requantLanes();
    switch (j.destination()) {
      case ACTIVATION -> write(OnChip.ACTIVATION, beats, codes);
      case KEY -> write(OnChip.WEIGHT, beats, codes);
      case VALUE -> write(OnChip.VALUE, beats, codes);
      case SCORE -> {
        write(OnChip.SCORE, beats, codes);
        write(OnChip.SCORE_MAX, j.rowBlocks(), CODE * arch.rows());
      }
      case RESIDUAL_ADD -> {
        read(OnChip.RESIDUAL, beats);
        write(OnChip.RESIDUAL, beats, residuals);
      }
      case RESIDUAL_SET -> write(OnChip.RESIDUAL, beats, residuals);
    }
  }

  private void softmax(SoftmaxJob j) {
    long words = (long) j.rowBlocks() * ceilDiv(j.tokens(), arch.requantColumns());
    read(OnChip.SCORE, SOFTMAX_PASSES * words);
    read(OnChip.SCORE_MAX, SOFTMAX_PASSES * words);
    write(OnChip.CODE, words, Tables.CODE_BITS * arch.requantLanes());
    count(Operation.SOFTMAX, SOFTMAX_PASSES * words * arch.requantLanes());
  }

  private void shifter(ShifterJob j) {
    long steps = (long) j.rowBlocks() * j.channelTiles() * j.tokenGroups();
    long columns = (long) j.rowBlocks() * j.channelTiles() * arch.shifterColumns();
    read(OnChip.CODE, steps);
    read(OnChip.VALUE, steps);
    write(OnChip.ACTIVATION, columns, CODE * arch.rows());
    count(Operation.SHIFT_ADD, steps * arch.rows() * arch.shifterColumns() * arch.shifterDepth());
    count(Operation.REQUANTIZE, columns * arch.rows());
  }

  private void layerNorm(LayerNormJob j) {
    long words = (long) j.rowBlocks() * ceilDiv(j.channels(), arch.requantColumns());
    read(OnChip.RESIDUAL, LAYER_NORM_PASSES * words);
    read(OnChip.NORM_PARAMETER, LAYER_NORM_PASSES * words);
    write(OnChip.ACTIVATION, words, CODE * arch.requantLanes());
    count(Operation.LAYER_NORM, LAYER_NORM_PASSES * words * arch.requantLanes());
  }

  private void read(OnChip memory, long words) {
    bitsRead.merge(memory, words * memory.wordBits(arch), Long::sum);
  }

  private void write(OnChip memory, long times, int bits) {
    bitsWritten.merge(memory, times * bits, Long::sum);
  }

  private void count(Operation operation, long times) {
    operations.merge(operation, times, Long::sum);
  }
}
