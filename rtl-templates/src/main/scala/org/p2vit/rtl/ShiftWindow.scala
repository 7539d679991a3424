package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** What is looked at of a number while it is shifted to the right.
  *
  * @param bits
  *   some of its bits, at last those of the result and one below, which rounds
  * @param sign
  *   what it is extended with
  * @param below
  *   whether anything below these bits was set
  * @param beyond
  *   whether anything above these bits was not as the sign
  */
private[rtl] case class ShiftWindow(bits: UInt, sign: Bool, below: Bool, beyond: Bool) {

  /** Rounded down. */
  def floor: UInt = bits >> 1

  /** Whether the nearest, or the even of two, is one more. */
  def up: Bool = bits(0) && (below || bits(1))

  /** So many bits of what is `digit * unit` to the right, `digit` at most `most`. */
  private def shifted(digit: UInt, most: Int, unit: Int, width: Int): ShiftWindow = {
    val missing = most * unit + width - bits.getWidth
    val whole   = if (missing > 0) Fill(missing, sign) ## bits else bits
    val left    = for (i <- 1 to most; part <- part((i - 1) * unit, i * unit)) yield digit >= i.U && part.orR
    val over = for {
      i <- 0 to most
      from = i * unit + width
      part <- part(from, if (i == most) bits.getWidth else from + unit)
    } yield digit <= i.U && part =/= Fill(part.getWidth, sign)
    ShiftWindow(
      ShiftWindow.choose(digit, (0 to most).map(i => whole(i * unit + width - 1, i * unit))),
      sign,
      (below +: left).reduce(_ || _),
      (beyond +: over).reduce(_ || _)
    )
  }

  /** Those of the bits `from until end` that there are. */
  private def part(from: Int, end: Int): Option[UInt] =
    Option.when(from < end.min(bits.getWidth))(bits(end.min(bits.getWidth) - 1, from))
}

private[rtl] object ShiftWindow {

  /** The window with the lowest `floorBits` of the shifted number rounded down.
    *
    * Shifts by the largest steps first: what no step behind can move into the window is not shifted on.
    */
  def apply(x: SInt, shift: Shift, floorBits: Int): ShiftWindow = {
    val width = shift.amount.getWidth
    // A LUT chooses one of four bits at once; from two it does twice, unless the amount's upper bits come late.
    val digitBits = if (shift.low < 0 && width > 4) 2 else 1
    val steps     = (0 until width by digitBits).reverse
    val end = steps.foldLeft(least(x, shift)) { case (window, from) =>
      val digit = shift.amount((from + digitBits).min(width) - 1, from)
      val most  = ((shift.high - shift.low) >> from).min((1 << digit.getWidth) - 1)
      window.shifted(digit, most, 1 << from, floorBits + (1 << from))
    }
    end.shifted(0.U, most = 0, unit = 1, floorBits + 1)
  }

  /** By the least shift: wiring. */
  private def least(x: SInt, shift: Shift): ShiftWindow = {
    val dropped = (shift.low - 1).max(0)
    val below   = if (dropped == 0) false.B else x(dropped - 1, 0).orR
    val padded  = x.asUInt ## 0.U((1 - shift.low).max(0).W)
    ShiftWindow(padded >> dropped, x.head(1).asBool, below, false.B)
  }

  /** What stands at `index`, or the last for an index beyond. */
  private def choose(index: UInt, from: Seq[UInt]): UInt = {
    val pairs =
      from.grouped(2).map(two => if (two.length == 1) two.head else Mux(index(0), two.last, two.head))
    pairs.reduceRight((low, high) => Mux(index(1), high, low))
  }
}
