package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
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
    /** Every row block: reads, or writes of a job of one. */
    JOB
  }

  /**
   * @param buffer the memory
   * @param write whether the words are written; otherwise read
   * @param scope what part of the job has a part of the words
   * @param words in parts
   * @param parts of the words
   */
  record Access(OnChip buffer, boolean write, Scope scope, Words words, int parts) {
    int low() {
      return words.low();
    }

    int end() {
      return words.end(parts);
    }
  }

  static Footprint of(Job job, Architecture arch) {
    Builder b = new Builder(arch, job.units());
    int tiles = 1;
    if (job instanceof LoadJob j) {
      b.load(j);
    } else if (job instanceof MatMulJob j) {
      b.matMulReads(j);
      b.matMulOutput(j);
      tiles = j.tiles();
    } else if (job instanceof SoftmaxJob j) {
      b.softmax(j);
    } else if (job instanceof ShifterJob j) {
      b.shifter(j);
    } else if (job instanceof LayerNormJob j) {
      b.layerNorm(j);
    } else if (job instanceof StoreJob j) {
      b.read(OnChip.RESIDUAL, Words.one(j.word(), j.words()));
    } else {
      throw new IllegalArgumentException(job + " uses no memory");
    }
    return new Footprint(b.rows, tiles, b.accesses);
  }

  /** Accesses of one job. */
  private static final class Builder {
    private final Architecture arch;
    private final int p;
    private final int rows;
    private final List<Access> accesses = new ArrayList<>(6);

    Builder(Architecture arch, int rows) {
      this.arch = arch;
      p = arch.requantColumns();
      this.rows = rows;
    }

    /** In every row block. */
    void read(OnChip buffer, Words words) {
      accesses.add(new Access(buffer, false, Scope.JOB, words, 1));
    }

    /** A part in each row block. */
    void readRows(OnChip buffer, Words words) {
      accesses.add(new Access(buffer, false, Scope.ROW, words, rows));
    }

    void writeRows(OnChip buffer, Words words) {
      accesses.add(new Access(buffer, true, Scope.ROW, words, rows));
    }

    void load(LoadJob j) {
      OnChip buffer = OnChip.valueOf(j.destination().name());
      int slices =
          buffer == OnChip.TABLE ? j.beats() : buffer.wordBits(arch) / arch.axi().dataBits();
      int all = Sizes.ceilDiv(j.beats(), slices);
      if (rows == 1 && j.runStride() != j.runWords()) {
        Words runs = Words.rows(j.word(), j.runStride(), j.runWords());
        accesses.add(new Access(buffer, true, Scope.JOB, runs, Sizes.ceilDiv(all, j.runWords())));
      } else if (all % rows == 0 && j.runStride() == j.runWords()) {
        int words = all / rows;
        writeRows(buffer, Words.rows(buffer == OnChip.TABLE ? 0 : j.word(), words, words));
      } else {
        throw new IllegalStateException(j + " has units that are not words in a row");
      }
    }

    void matMulReads(MatMulJob j) {
      readRows(
          OnChip.ACTIVATION, Words.rows(j.activationBase(), j.activationStride(), j.depthWords()));
      Words tiles = Words.rows(j.weightBase(), j.weightStride(), j.depthWords());
      accesses.add(new Access(OnChip.WEIGHT, false, Scope.TILE, tiles, j.tiles()));
      if (j.useParameters()) {
        read(OnChip.PARAMETER, Words.one(j.parameterBase(), Sizes.ceilDiv(j.columns(), p)));
      }
      if (j.activation()) {
        read(OnChip.TABLE, Words.one(0, 1));
      }
    }

    void matMulOutput(MatMulJob j) {
      switch (j.destination()) {
        case ACTIVATION -> writeRows(OnChip.ACTIVATION, columns(j, arch.depth(), 1));
        case KEY ->
            writeRows(OnChip.WEIGHT, columns(j, arch.depth(), arch.columns() / arch.rows()));
        case VALUE ->
            writeRows(
                OnChip.VALUE, columns(j, arch.shifterColumns(), arch.shifterDepth() / arch.rows()));
        case SCORE -> {
          int slots = arch.buffers().scoreSlots();
          int first = j.column() / p;
          int count = Sizes.ceilDiv(j.column() + j.columns(), p) - first;
          writeRows(OnChip.SCORE, Words.ring(first, j.stride(), count, j.base(), slots));
          writeRows(OnChip.SCORE_MAX, Words.ring(0, 1, 1, j.base(), slots));
        }
        case RESIDUAL_ADD, RESIDUAL_SET -> {
          Words words = columns(j, p, 1);
          if (j.destination() == MatMulJob.Destination.RESIDUAL_ADD) {
            readRows(OnChip.RESIDUAL, words);
          }
          writeRows(OnChip.RESIDUAL, words);
        }
      }
    }

    /**
     * The words that hold the job's columns.
     *
     * @param perWord columns of a word
     * @param shared row blocks that have the same words
     */
    private static Words columns(MatMulJob j, int perWord, int shared) {
      int first = j.column() / perWord;
      int count = Sizes.ceilDiv(j.column() + j.columns(), perWord) - first;
      int phase = shared == 1 ? 0 : j.firstRow();
      return Words.shared(j.base() + first, j.stride(), count, phase, shared);
    }

    void softmax(SoftmaxJob j) {
      Architecture.Buffers b = arch.buffers();
      int words = Sizes.ceilDiv(j.tokens(), p);
      readRows(
          OnChip.SCORE, Words.ring(0, b.scoreSlotWords(), words, j.scoreSlot(), b.scoreSlots()));
      readRows(OnChip.SCORE_MAX, Words.ring(0, 1, 1, j.scoreSlot(), b.scoreSlots()));
      int codeWords = Sizes.ceilDiv(j.columns(), arch.shifterDepth());
      writeRows(OnChip.CODE, codes(codeWords, j.codeSlot()));
    }

    private Words codes(int words, int slot) {
      Architecture.Buffers b = arch.buffers();
      return Words.ring(0, b.codeSlotWords(), words, slot, b.codeSlots());
    }

    void shifter(ShifterJob j) {
      readRows(OnChip.CODE, codes(j.tokenGroups(), j.codeSlot()));
      Words values = Words.rows(j.valueBase(), j.valueStride(), j.channelTiles());
      accesses.add(new Access(OnChip.VALUE, false, Scope.JOB, values, j.tokenGroups()));
      int first = j.column() / arch.depth();
      int end = Sizes.ceilDiv(j.column() + j.channelTiles() * arch.shifterColumns(), arch.depth());
      writeRows(OnChip.ACTIVATION, Words.rows(j.base() + first, j.stride(), end - first));
    }

    void layerNorm(LayerNormJob j) {
      int words = Sizes.ceilDiv(j.channels(), p);
      readRows(OnChip.RESIDUAL, Words.rows(j.residualBase(), j.residualStride(), words));
      read(OnChip.NORM_PARAMETER, Words.one(j.parameterBase(), words));
      int outWords = Sizes.ceilDiv(j.channels(), arch.depth());
      writeRows(OnChip.ACTIVATION, Words.rows(j.base(), j.stride(), outWords));
    }
  }
}
