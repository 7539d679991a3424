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
  })
  private val low  = Requantization.LowestShift
  private val high = Requantization.HighestShift
  io.exact    := RoundShift(io.x, io.shift, low, high)
  io.unsigned := RoundShift(io.x.asUInt(15, 0), io.shift.asUInt(4, 0), high)
  io.byte     := RoundShift.saturated(io.x, io.shift, low, high, 8)
  io.word     := RoundShift.saturated(io.x, io.shift, low, high, 16)
  io.stream   := RoundShift.saturated(io.x, io.shift, low, high, architecture.residualBits)
  io.narrow   := RoundShift.saturated(io.x.asUInt(15, 0).asSInt, io.shift, low, high, 8)
}
