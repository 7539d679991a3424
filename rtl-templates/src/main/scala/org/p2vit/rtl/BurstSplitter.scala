package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** A run of beats in memory. */
class AxiTransfer(axi: Architecture.Axi, countBits: Int) extends Bundle {
  val address = UInt(axi.addressBits.W)
  val beats   = UInt(countBits.W)
}

/** Cuts a run of beats into bursts: of at least one, as [[JobCheck]] lets no other job pass.
  *
  * A burst ends where an aligned block of the longest burst's size ends; such a block lies within a page, so
  * no burst crosses 4 KiB, and all bursts but the first and the last have full length.
  *
  * @param countBits
  *   of the beats of a transfer
  */
class BurstSplitter(axi: Architecture.Axi, countBits: Int) extends Module {
  val io = IO(new Bundle {
    val transfer = Flipped(Decoupled(new AxiTransfer(axi, countBits)))
    val burst    = Decoupled(new AxiBurst(axi))
  })

  private val longest   = Axi.burstBeats(axi)
  private val blockBits = log2Ceil(longest)
  private val beatBits  = log2Ceil(axi.bytes)

  // Beats are counted from the start of the block that the burst is in: so nothing has to be added to an
  // address, or compared with what is left.
  private val valid = RegInit(false.B)
  private val block = Reg(UInt((axi.addressBits - beatBits - blockBits).W))
  private val first = Reg(UInt(blockBits.W))
  private val end   = Reg(UInt((countBits.max(blockBits) + 1).W)) // last beat of the transfer

  private val last     = blockOf(end) === 0.U
  private val lastBeat = Mux(last, inBlock(end), (longest - 1).U(blockBits.W))

  io.burst.valid        := valid
  io.burst.bits.address := block ## first ## 0.U(beatBits.W)
  io.burst.bits.length  := Fit(lastBeat - first, Axi.LengthBits)
  io.transfer.ready     := !valid || (io.burst.ready && last)

  when(io.burst.fire) {
    valid := !last
    block := block + 1.U
    first := 0.U
    end   := (blockOf(end) - 1.U) ## inBlock(end)
  }
  when(io.transfer.fire) {
    val beat = (io.transfer.bits.address >> beatBits).asUInt
    valid := true.B
    block := blockOf(beat)
    first := inBlock(beat)
    end   := Fit(inBlock(beat) +& io.transfer.bits.beats - 1.U, end.getWidth)
  }

  private def blockOf(beat: UInt): UInt = (beat >> blockBits).asUInt
  private def inBlock(beat: UInt): UInt = if (blockBits == 0) 0.U(0.W) else beat(blockBits - 1, 0)
}
