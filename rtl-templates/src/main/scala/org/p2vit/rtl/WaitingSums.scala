package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** The sums of a row block's rows, on their way to be taken one by one, row 0 first.
  *
  *   - `load`: those of another row block, once `empty`
  */
class WaitingSums(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val load  = Input(Bool())
    val rows  = Input(Vec(a.rows, new LayerNormSums(a)))
    val empty = Output(Bool())
    val sums  = Decoupled(new LayerNormSums(a))
  })
  private val waiting = Reg(Vec(a.rows, new LayerNormSums(a)))
  private val left    = RegInit(0.U(log2Ceil(a.rows + 1).W))

  io.empty      := left === 0.U
  io.sums.valid := !io.empty
  io.sums.bits  := waiting(0)
  when(io.load) { left := a.rows.U }.elsewhen(io.sums.fire) { left := left - 1.U }
  // Nothing moves up if nothing waits.
  when(io.load) { waiting := io.rows }.elsewhen(io.sums.ready) {
    for (r <- 1 until a.rows) { waiting(r - 1) := waiting(r) }
  }
}
