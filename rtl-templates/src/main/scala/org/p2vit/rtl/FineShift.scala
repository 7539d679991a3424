package org.p2vit.rtl

import chisel3._

/** `(v + 128) * 2^by`: what is not negative has no sign to extend.
  *
  * A module of its own, so that a mapper that maps for depth makes each bit once, a LUT of four bits and
  * `by`.
  */
class FineShift extends RawModule {
  val by      = IO(Input(UInt(ShifterWeight.FineBits.W)))
  val value   = IO(Input(UInt(8.W)))
  val shifted = IO(Output(UInt((7 + (1 << ShifterWeight.FineBits)).W)))

  shifted := (value ^ (1 << ShifterArray.Log2Bias).U) << by
}

object FineShift {
  def apply(value: UInt, by: UInt): UInt = {
    val shift = Module(new FineShift)
    shift.value := value
    shift.by    := by
    shift.shifted
  }
}
