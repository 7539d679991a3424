package org.p2vit.rtl

/** Ranges of docs/numerics.md sections 3 and 4. */
object Requantization {

  /** Width of the shifts in jobs and parameters. */
  val ShiftBits = 6

  /** Shift of the accumulator. */
  val LowestShift  = -8
  val HighestShift = 31

  /** Shift `m` of the residual before it is added. */
  val LowestResidualShift  = -8
  val HighestResidualShift = 7

  /** Shift `s` of the magnitude that indexes the activation table, and of its result. */
  val HighestIndexShift      = 15
  val HighestActivationShift = 15
}
