package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** A right shift by `low + amount`, by a negative number to the left.
  *
  * @param amount
  *   at most `high - low`: more gives an undefined result
  */
case class Shift(amount: UInt, low: Int, high: Int) {
  require(low <= high, s"shift $low..$high")
}

object Shift {

  /** By `shift`, in `low..high`. */
  def apply(shift: SInt, low: Int, high: Int): Shift =
    Shift(Fit((shift -& low.S).asUInt, log2Ceil(high - low + 1)), low, high)

  /** By `shift`, in `0..high`. */
  def apply(shift: UInt, high: Int): Shift = Shift(Fit(shift, log2Ceil(high + 1)), 0, high)

  /** By a constant. */
  def apply(shift: Int): Shift = Shift(0.U(0.W), shift, shift)
}
