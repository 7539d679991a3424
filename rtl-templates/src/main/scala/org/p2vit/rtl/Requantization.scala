package org.p2vit.rtl

/** Ranges of docs/numerics.md sections 3 and 4. */
object Requantization {

  /** Accumulator and bias. */
  val AccumulatorBits = 32

  /** Shift of the accumulator. */
  val LowestShift  = -8
  val HighestShift = 31

  /** Shift `m` of the residual before it is added. */
  val LowestResidualShift  = -8
  val HighestResidualShift = 7

  /** Output shift behind the activation table. */
  val HighestActivationShift = 15
}
