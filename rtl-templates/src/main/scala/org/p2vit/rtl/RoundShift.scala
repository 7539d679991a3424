package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** `RNE` of docs/numerics.md section 1: the only rounding there is, half to even, exact for every operand.
  *
  * Shifts are right shifts; negative ones are exact left shifts. A shift outside the stated range gives an
  * undefined result. Everything here is combinational.
  */
object RoundShift {

  /** `RNE(x, shift)`, no saturation: as wide as the largest result.
    *
    * @param shift
    *   in `low..high`
    */
  def apply(x: SInt, shift: SInt, low: Int, high: Int): SInt = {
    val split = divide(x, x.asUInt, shift, low, high)
    rounded(split)
  }

  /** `RNE(x, shift)`, `shift` in `0..high`. */
  def apply(x: SInt, shift: UInt, high: Int): SInt = apply(x, shift.zext, 0, high)

  /** `RNE(x, shift)` by a constant, negative for a left shift. */
  def apply(x: SInt, shift: Int): SInt = apply(x, shift.S, shift, shift)

  /** `RNE(x, shift)` of a number that is not negative, `shift` in `0..high`. */
  def apply(x: UInt, shift: UInt, high: Int): UInt = {
    val result = rounded(divide(x.zext, x, shift.zext, 0, high))
    result.asUInt(x.getWidth, 0) // at most 2^w
  }

  /** `sat(RNE(x, shift))` to signed `bits`, cheaper than rounding first: the increment is `bits` wide.
    *
    * @param shift
    *   in `low..high`
    */
  def saturated(x: SInt, shift: SInt, low: Int, high: Int, bits: Int): SInt = {
    val split = divide(x, x.asUInt, shift, low, high)
    val floor = extend(split.floor, bits + 1)
    val kept  = floor.asUInt(bits - 1, 0)
    val above = floor.asUInt(floor.getWidth - 1, bits - 1)
    val fits  = above.andR || !above.orR
    val top   = !kept(bits - 1) && kept(bits - 2, 0).andR
    // Below the range nothing is rounded up: floor + 1 is at most the lowest code.
    Mux(fits, (kept + (split.up && !top)).asSInt, Saturate.extreme(floor.head(1).asBool, bits))
  }

  /** @param floor
    *   rounded down
    * @param up
    *   whether the nearest, or the even of two, is one more
    */
  private case class Split(floor: SInt, up: Bool)

  private def rounded(split: Split): SInt = split.floor +& Cat(0.U(1.W), split.up).asSInt

  /** @param bits
    *   those of `x`, without the sign if it is known to be 0
    */
  private def divide(x: SInt, bits: UInt, shift: SInt, low: Int, high: Int): Split = {
    require(low <= high, s"shift $low..$high")
    // What every shift drops but for the bit that rounds is dropped first.
    val dropped = math.max(0, low - 1)
    if (dropped == 0) divideAll(x, bits, shift, low, high, sticky = false.B)
    else {
      val kept = (shift - dropped.S).asUInt(log2Ceil(high - dropped + 1) - 1, 0).zext
      divideAll(x >> dropped, bits >> dropped, kept, 1, high - dropped, bits(dropped - 1, 0).orR)
    }
  }

  /** @param sticky
    *   whether bits that are set were below those of `x`
    */
  private def divideAll(x: SInt, bits: UInt, shift: SInt, low: Int, high: Int, sticky: Bool): Split = {
    // From a common left shift by -low, only right shifts by 0..high-low remain.
    val base   = math.min(low, 0)
    val most   = high - base
    val amount = if (most == 0) 0.U(1.W) else (shift -& base.S).asUInt(log2Ceil(most + 1) - 1, 0)
    // One more bit below: the shifter yields the floor and the first bit that falls off.
    val shifted = (Cat(x.asUInt, 0.U((1 - base).W)).asSInt >> amount).asUInt
    val floor   = shifted >> 1
    val half    = shifted(0)
    Split(floor.asSInt, half && (sticky || lowest(bits, amount, -base + 1, most) || floor(0)))
  }

  /** Whether one of the lowest `amount - zeros` bits of `x` is set; `amount` is at most `most`. */
  private def lowest(x: UInt, amount: UInt, zeros: Int, most: Int): Bool =
    if (most <= zeros) false.B
    else {
      val width = math.min(most - zeros, x.getWidth)
      val all   = width + zeros
      val skip  = if (all < most) Mux(amount > all.U, 0.U, all.U - amount) else all.U - amount
      (x(width - 1, 0) & (Fill(width, 1.U(1.W)) >> skip)).orR
    }

  private def extend(x: SInt, bits: Int): SInt = if (x.getWidth >= bits) x else x.pad(bits)
}

/** Limits a number to signed `bits`. */
object Saturate {
  def apply(x: SInt, bits: Int): SInt =
    if (x.getWidth <= bits) x.pad(bits)
    else {
      val above = x.asUInt(x.getWidth - 1, bits - 1)
      Mux(above.andR || !above.orR, x.asUInt(bits - 1, 0).asSInt, extreme(x.head(1).asBool, bits))
    }

  /** The lowest or the highest code. */
  private[rtl] def extreme(negative: Bool, bits: Int): SInt =
    Cat(negative, Fill(bits - 1, !negative)).asSInt
}
