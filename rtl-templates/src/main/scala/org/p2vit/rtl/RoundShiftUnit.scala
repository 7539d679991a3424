package org.p2vit.rtl

import chisel3._

/** The rounding and saturation of the re-quantizer on its own, so that it can be verified on its own: on
  * every code of 16 bits, on many of 32.
  *
  * @param architecture
  *   gives the width of the residual stream
  */
class RoundShiftUnit(architecture: Architecture) extends RawModule {
  val io = FlatIO(new Bundle {
    val x        = Input(SInt(32.W))
    val shift    = Input(SInt(6.W))
    val exact    = Output(SInt(64.W))
    val unsigned = Output(UInt(32.W))
    val byte     = Output(SInt(8.W))
    val word     = Output(SInt(16.W))
    val stream   = Output(SInt(16.W))
    val narrow   = Output(SInt(8.W))
    val limited  = Output(UInt(8.W))
    val fitting  = Output(SInt(16.W))
  })
  private val shift = Shift(io.shift, Requantization.LowestShift, Requantization.HighestShift)
  private val short = io.x.asUInt(15, 0)
  private val right = Shift(io.shift.asUInt(4, 0), Requantization.HighestShift)
  private val far   = Shift(io.shift.asUInt(2, 0), RoundShiftUnit.Far, RoundShiftUnit.Far + 7)
  io.exact    := RoundShift(io.x, shift)
  io.unsigned := RoundShift.limited(short, right, 16)
  io.limited  := RoundShift.limited(short, right, 8)
  io.fitting  := RoundShift.fitting(io.x, far, 33 - RoundShiftUnit.Far)
  io.byte     := RoundShift.saturated(io.x, shift, 8)
  io.word     := RoundShift.saturated(io.x, shift, 16)
  io.stream   := RoundShift.saturated(io.x, shift, architecture.residualBits)
  io.narrow   := RoundShift.saturated(short.asSInt, shift, 8)
}

object RoundShiftUnit {

  /** Least shift of `fitting`; the shift's lowest three bits are added to it. */
  private val Far = 19
}
