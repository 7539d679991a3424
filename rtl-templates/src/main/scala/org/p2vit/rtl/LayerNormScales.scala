package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** The scales of the row block that is normalized, and those of the next one as they arrive.
  *
  *   - `full`: all of the next row block have arrived
  *   - `begin`: its turn
  *   - `rotate`: the rows in hand are done with this word
  *   - `inHand`: the scales of the rows in hand
  */
class LayerNormScales(a: Architecture) extends Module {
  private val w = new LayerNormWidths(a)

  val io = IO(new Bundle {
    val scale  = Flipped(Decoupled(new LayerNormScale(a)))
    val full   = Output(Bool())
    val begin  = Input(Bool())
    val rotate = Input(Bool())
    val inHand = Output(Vec(w.rowsPerGroup, new LayerNormScale(a)))
  })
  private val arrived = RegInit(0.U(log2Ceil(a.rows + 1).W))
  private val next    = Reg(Vec(a.rows, new LayerNormScale(a)))
  private val ring    = Reg(Vec(a.rows, new LayerNormScale(a)))

  io.full        := arrived === a.rows.U
  io.scale.ready := !io.full
  io.inHand      := VecInit(ring.take(w.rowsPerGroup))

  when(io.scale.fire) {
    arrived          := arrived + 1.U
    next(a.rows - 1) := io.scale.bits
    for (r <- 1 until a.rows) { next(r - 1) := next(r) }
  }
  when(io.begin) {
    arrived := 0.U
    ring    := next
  }.elsewhen(io.rotate) {
    for (r <- 0 until a.rows) { ring(r) := ring((r + w.rowsPerGroup) % a.rows) }
  }
}
