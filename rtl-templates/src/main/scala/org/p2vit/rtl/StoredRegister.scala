package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** A register of 32 bits that keeps those from bit `from` up to `bits` of what is written, byte by byte; zero
  * at reset. A module of its own, so that whether it is written is found once, not for each bit.
  *
  *   - `strobe`: bytes that are written, one bit each
  */
class StoredRegister(bits: Int, from: Int) extends Module {
  val io = IO(new Bundle {
    val strobe = Input(UInt(4.W))
    val data   = Input(UInt(32.W))
    val value  = Output(UInt(32.W))
  })
  private val kept  = RegInit(0.U((bits - from).W))
  private val bytes = (0 until 4).map(i => Mux(io.strobe(i), io.data, io.value)(8 * i + 7, 8 * i))
  kept     := Cat(bytes.reverse)(bits - 1, from)
  io.value := Cat(0.U((32 - bits).W), kept, 0.U(from.W))
}
