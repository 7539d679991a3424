package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** A run of beats in memory. */
class AxiTransfer(axi: Architecture.Axi, countBits: Int) extends Bundle {
  val address = UInt(axi.addressBits.W)
  val beats   = UInt(countBits.W)
}

/** Cuts a run of at least one beat into bursts.
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

    /** The burst offered is the last of its transfer. */
    val last = Output(Bool())
  })

  private val longest  = Axi.burstBeats(axi)
  private val beatBits = log2Ceil(axi.bytes)

  private val address   = Reg(UInt(axi.addressBits.W))
  private val remaining = RegInit(0.U(countBits.W))

  private val inBlock =
    if (longest == 1) 0.U else address(beatBits + log2Ceil(longest) - 1, beatBits)
  private val room  = longest.U - inBlock
  private val beats = if (longest == 1) 1.U else Mux(remaining < room, remaining, room)

  io.last               := remaining <= room
  io.burst.valid        := remaining =/= 0.U
  io.burst.bits.address := address
  io.burst.bits.length  := Fit(beats - 1.U, Axi.LengthBits)
  io.transfer.ready     := remaining === 0.U || (io.burst.ready && io.last)

  when(io.burst.fire) {
    address   := address + (beats << beatBits)
    remaining := Fit(remaining - beats, countBits)
  }
  when(io.transfer.fire) {
    address   := io.transfer.bits.address
    remaining := io.transfer.bits.beats
  }
}
