package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.ShifterJob;
import org.p2vit.rtl.job.SoftmaxJob;
import org.p2vit.rtl.job.StoreJob;

/**
 * Which words of which memories a job reads and writes, and when: the address formulas of the job
 * records.
 *
 * @param rows units of the job: row blocks, LOAD units
 * @param tiles column tiles, 1 but for MATMUL
 * @param accesses all of them
 */
record Footprint(int rows, int tiles, List<Access> accesses) {

  /** Which part of a job an access belongs to. */
  enum Scope {
    /** One row block or unit. */
    ROW,
    /** One column tile, again in every row block; reads only. */
    TILE,
    /** Every row block; reads only. */
    JOB
  }

  /** Takes {@code count} words from {@code first} on. */
  @FunctionalInterface
  interface Run {
    void accept(int first, int count);
  }

  /** Words of the {@code index}-th row block or tile, in runs. */
  @FunctionalInterface
  interface Words {
    void forEach(int index, Run run);

    /** {@code count} words from {@code first(index)}. */
    static Words range(IntUnaryOperator first, int count) {
      return (index, run) -> run.accept(first.applyAsInt(index), count);
    }
  }

  /**
   * @param buffer the memory
   * @param write whether the words are written; otherwise read
   * @param scope what the index of {@code words} counts
   */
  record Access(OnChip buffer, boolean write, Scope scope, Words words) {}

  static Footprint of(Job job, Architecture arch) {
    List<Access> a = new ArrayList<>();
    int tiles = 1;
    if (job instanceof LoadJob j) {
      a.add(load(j, arch));
    } else if (job instanceof MatMulJob j) {
      matMulReads(j, arch, a);
      matMulOutput(j, arch, a);
      tiles = j.tiles();
    } else if (job instanceof SoftmaxJob j) {
      softmax(j, arch, a);
    } else if (job instanceof ShifterJob j) {
      shifter(j, arch, a);
    } else if (job instanceof LayerNormJob j) {
      layerNorm(j, arch, a);
    } else if (job instanceof StoreJob j) {
      a.add(read(OnChip.RESIDUAL, Scope.ROW, Words.range(r -> j.word(), j.words())));
    } else {
      throw new IllegalArgumentException(job + " uses no memory");
    }
    return new Footprint(job.units(), tiles, a);
  }

  private static Access load(LoadJob j, Architecture arch) {
    OnChip buffer = OnChip.valueOf(j.destination().name());
    if (buffer == OnChip.TABLE) {
      return write(buffer, Words.range(unit -> 0, 1));
    }
    int slices = buffer.wordBits(arch) / arch.axi().dataBits();
    boolean oneRun = j.runStride() == j.runWords();
    return write(
        buffer,
        (unit, run) -> {
          int first = unit * j.unitBeats() / slices;
          int end = Sizes.ceilDiv((unit + 1) * j.unitBeats(), slices);
          while (first < end) {
            int left = end - first;
            int count = oneRun ? left : Math.min(left, j.runWords() - first % j.runWords());
            run.accept(j.wordAt(first), count);
            first += count;
          }
        });
  }

  private static void matMulReads(MatMulJob j, Architecture arch, List<Access> a) {
    Words left = Words.range(r -> j.activationBase() + r * j.activationStride(), j.depthWords());
    a.add(read(OnChip.ACTIVATION, Scope.ROW, left));
    Words right = Words.range(t -> j.weightBase() + t * j.weightStride(), j.depthWords());
    a.add(read(OnChip.WEIGHT, Scope.TILE, right));
    if (j.useParameters()) {
      int words = Sizes.ceilDiv(j.columns(), arch.requantColumns());
      a.add(read(OnChip.PARAMETER, Scope.JOB, Words.range(i -> j.parameterBase(), words)));
    }
    if (j.activation()) {
      a.add(read(OnChip.TABLE, Scope.JOB, Words.range(i -> 0, 1)));
    }
  }

  private static void matMulOutput(MatMulJob j, Architecture arch, List<Access> a) {
    int rows = arch.rows();
    int p = arch.requantColumns();
    switch (j.destination()) {
      case ACTIVATION ->
          a.add(write(OnChip.ACTIVATION, columns(j, arch.depth(), r -> j.base() + r * j.stride())));
      case KEY -> {
        int perWord = arch.columns() / rows;
        IntUnaryOperator base = r -> j.base() + (j.firstRow() + r) / perWord * j.stride();
        a.add(write(OnChip.WEIGHT, columns(j, arch.depth(), base)));
      }
      case VALUE -> {
        int perWord = arch.shifterDepth() / rows;
        IntUnaryOperator base = r -> j.base() + (j.firstRow() + r) / perWord * j.stride();
        a.add(write(OnChip.VALUE, columns(j, arch.shifterColumns(), base)));
      }
      case SCORE -> {
        int slots = arch.buffers().scoreSlots();
        IntUnaryOperator slot = r -> (j.base() + r) % slots;
        a.add(write(OnChip.SCORE, columns(j, p, r -> slot.applyAsInt(r) * j.stride())));
        a.add(write(OnChip.SCORE_MAX, Words.range(slot, 1)));
      }
      case RESIDUAL_ADD, RESIDUAL_SET -> {
        Words words = columns(j, p, r -> j.base() + r * j.stride());
        if (j.destination() == MatMulJob.Destination.RESIDUAL_ADD) {
          a.add(read(OnChip.RESIDUAL, Scope.ROW, words));
        }
        a.add(write(OnChip.RESIDUAL, words));
      }
    }
  }

  /** The words that hold the job's columns, {@code perWord} of them each, from {@code base(r)}. */
  private static Words columns(MatMulJob j, int perWord, IntUnaryOperator base) {
    int first = j.column() / perWord;
    int end = Sizes.ceilDiv(j.column() + j.columns(), perWord);
    return Words.range(r -> base.applyAsInt(r) + first, end - first);
  }

  private static void softmax(SoftmaxJob j, Architecture arch, List<Access> a) {
    Architecture.Buffers b = arch.buffers();
    int scoreWords = Sizes.ceilDiv(j.tokens(), arch.requantColumns());
    IntUnaryOperator slot = r -> (j.scoreSlot() + r) % b.scoreSlots();
    IntUnaryOperator from = r -> slot.applyAsInt(r) * b.scoreSlotWords();
    a.add(read(OnChip.SCORE, Scope.ROW, Words.range(from, scoreWords)));
    a.add(read(OnChip.SCORE_MAX, Scope.ROW, Words.range(slot, 1)));
    int codeWords = Sizes.ceilDiv(j.columns(), arch.shifterDepth());
    IntUnaryOperator to = r -> (j.codeSlot() + r) % b.codeSlots() * b.codeSlotWords();
    a.add(write(OnChip.CODE, Words.range(to, codeWords)));
  }

  private static void shifter(ShifterJob j, Architecture arch, List<Access> a) {
    Architecture.Buffers b = arch.buffers();
    IntUnaryOperator from = r -> (j.codeSlot() + r) % b.codeSlots() * b.codeSlotWords();
    a.add(read(OnChip.CODE, Scope.ROW, Words.range(from, j.tokenGroups())));
    Words values =
        (i, run) -> {
          for (int g = 0; g < j.tokenGroups(); g++) {
            run.accept(j.valueBase() + g * j.valueStride(), j.channelTiles());
          }
        };
    a.add(read(OnChip.VALUE, Scope.JOB, values));
    int first = j.column() / arch.depth();
    int end = Sizes.ceilDiv(j.column() + j.channelTiles() * arch.shifterColumns(), arch.depth());
    Words to = Words.range(r -> j.base() + r * j.stride() + first, end - first);
    a.add(write(OnChip.ACTIVATION, to));
  }

  private static void layerNorm(LayerNormJob j, Architecture arch, List<Access> a) {
    int words = Sizes.ceilDiv(j.channels(), arch.requantColumns());
    Words from = Words.range(r -> j.residualBase() + r * j.residualStride(), words);
    a.add(read(OnChip.RESIDUAL, Scope.ROW, from));
    a.add(read(OnChip.NORM_PARAMETER, Scope.JOB, Words.range(i -> j.parameterBase(), words)));
    int outWords = Sizes.ceilDiv(j.channels(), arch.depth());
    a.add(write(OnChip.ACTIVATION, Words.range(r -> j.base() + r * j.stride(), outWords)));
  }

  private static Access read(OnChip buffer, Scope scope, Words words) {
    return new Access(buffer, false, scope, words);
  }

  private static Access write(OnChip buffer, Words words) {
    return new Access(buffer, true, Scope.ROW, words);
  }
}
