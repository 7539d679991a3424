package org.p2vit.rtl

import chisel3._

/** `RNE` of docs/numerics.md section 1: the only rounding there is, half to even, exact for every operand.
  * Everything here is combinational.
  */
object RoundShift {

  /** `RNE(x, shift)`, no saturation: as wide as the largest result. */
  def apply(x: SInt, shift: Shift): SInt = fitting(x, shift, x.getWidth + 1 - shift.low)

  /** `RNE(x, shift)` that is known to fit signed `bits`. */
  def fitting(x: SInt, shift: Shift, bits: Int): SInt = {
    val window = ShiftWindow(x, shift, bits)
    (window.floor + window.up).asSInt
  }

  /** `sat(RNE(x, shift))` to signed `bits`. */
  def saturated(x: SInt, shift: Shift, bits: Int): SInt = {
    val window = ShiftWindow(x, shift, bits)
    val floor  = window.floor
    val beyond = window.beyond || floor.head(1).asBool =/= window.sign
    val top    = !window.sign && floor(bits - 2, 0).andR
    // Below the range nothing is rounded up: floor + 1 is at most the lowest code.
    Mux(beyond, Saturate.extreme(window.sign, bits), (floor + (window.up && !top)).asSInt)
  }

  /** `min(RNE(x, shift), 2^bits - 1)` of a number that is not negative. */
  def limited(x: UInt, shift: Shift, bits: Int): UInt =
    saturated(x.zext, shift, bits + 1).asUInt(bits - 1, 0)
}
