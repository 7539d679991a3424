package org.p2vit.verif.emulator;

/** The on-chip memories, by their names in {@link org.p2vit.rtl.Architecture}. */
public enum BufferId {
  ACTIVATION,
  WEIGHT,
  RESIDUAL,
  VALUE,
  SCORE,
  /** The largest score of each row. */
  SCORE_MAX,
  CODE,
  PARAMETER,
  NORM_PARAMETER,
  /** The activation table, one word of 256 bytes. */
  TABLE
}
