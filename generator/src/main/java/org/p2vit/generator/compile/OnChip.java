package org.p2vit.generator.compile;

import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.ParameterFormat;

/** The on-chip memories, by the words that jobs address. */
public enum OnChip {
  ACTIVATION,
  WEIGHT,
  RESIDUAL,
  VALUE,
  SCORE,
  SCORE_MAX,
  CODE,
  PARAMETER,
  NORM_PARAMETER,
  /** The activation table counts as one word. */
  TABLE;

  /** How many words an architecture has. */
  public int words(Architecture.Buffers b) {
    return switch (this) {
      case ACTIVATION -> b.activationWords();
      case WEIGHT -> b.weightWords();
      case RESIDUAL -> b.residualWords();
      case VALUE -> b.valueWords();
      case SCORE -> b.scoreSlots() * b.scoreSlotWords();
      case SCORE_MAX -> b.scoreSlots();
      case CODE -> b.codeSlots() * b.codeSlotWords();
      case PARAMETER -> b.parameterWords();
      case NORM_PARAMETER -> b.normParameterWords();
      case TABLE -> 1;
    };
  }

  /** Bits of a word. */
  public int wordBits(Architecture a) {
    int p = a.requantColumns();
    return switch (this) {
      case ACTIVATION -> a.rows() * a.depth() * 8;
      case WEIGHT -> a.columns() * a.depth() * 8;
      case RESIDUAL -> a.rows() * p * Architecture.RESIDUAL_CONTAINER_BITS;
      case VALUE -> a.shifterDepth() * a.shifterColumns() * 8;
      case SCORE -> a.rows() * p * 8;
      case SCORE_MAX -> a.rows() * 8;
      case CODE -> a.rows() * a.shifterDepth() * Tables.CODE_BITS;
      case PARAMETER, NORM_PARAMETER -> p * ParameterFormat.BITS;
      case TABLE -> Architecture.TABLE_ENTRIES * 8;
    };
  }
}
