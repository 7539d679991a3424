package org.p2vit.rtl

import chisel3._

/** A finished tile of the shifter array while it is re-quantized, p columns at a time.
  *
  *   - `load`: takes the tile
  *   - `next`: the columns behind move up
  *   - `results`: R x p, row-major, of the columns in front, with the job's `shift`
  */
class ShifterBank(a: Architecture, shiftBits: Int) extends Module {
  private val p = a.requantColumns

  val io = IO(new Bundle {
    val load    = Input(Bool())
    val next    = Input(Bool())
    val tile    = Input(new ShifterTile(a))
    val shift   = Input(UInt(shiftBits.W))
    val results = Output(Vec(a.requantLanes, UInt(8.W)))
  })

  private val sums = io.tile.sums
  private val bank = Reg(chiselTypeOf(sums))

  when(io.load) { bank := sums }.elsewhen(io.next) {
    for (row <- bank; c <- p until row.length) { row(c - p) := row(c) }
  }

  io.results := VecInit(
    bank.flatMap(_.take(p)).map(RoundShift.saturated(_, Shift(io.shift, (1 << shiftBits) - 1), 8).asUInt)
  )
}
