package org.p2vit.rtl

import chisel3._
import chisel3.util._

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
