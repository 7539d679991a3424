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

  private val sums    = io.tile.sums
  private val context = Reg(Vec(a.requantLanes, SInt(ShifterArray.accumulatorBits(a).W)))
  private val behind  = Seq.fill(a.rows, a.shifterColumns - p)(Reg(chiselTypeOf(sums(0)(0))))
  private val weights = Reg(chiselTypeOf(io.tile.weights))

  for (r <- 0 until a.rows) {
    val row = behind(r)
    when(io.load) {
      for ((to, from) <- row.zip(sums(r).drop(p))) { to := from }
      weights(r) := io.tile.weights(r)
    }.elsewhen(io.next) {
      for (c <- p until row.length) { row(c - p) := row(c) }
    }
    val excess = Mux(io.load, io.tile.weights(r), weights(r)) ## 0.U(ShifterArray.Log2Bias.W)
    when(io.load || io.next) {
      for (c <- 0 until p) {
        val sum = if (row.isEmpty) sums(r)(c) else Mux(io.load, sums(r)(c), row(c))
        context(r * p + c) := (sum -% Fit(excess, sum.getWidth)).asSInt
      }
    }
  }

  io.results := VecInit(
    context.map(RoundShift.saturated(_, Shift(io.shift, (1 << shiftBits) - 1), 8).asUInt)
  )
}
