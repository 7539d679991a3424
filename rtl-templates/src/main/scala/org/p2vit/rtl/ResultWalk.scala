package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.MatMulJob.Destination

/** Where R x p results go.
  *
  *   - `rowInWord`: place of the R rows in the word, `group`: of the p columns
  *   - `completesRow`: nothing of the row block is left after this
  *   - `scoreSlot`: SCORE slot of the row block
  *   - `counts`: which of the p columns count for the maximum
  */
class ResultPlace(a: Architecture) extends Bundle {
  val destination  = MatMulFields.width(a, "destination")
  val address      = UInt(MatMulGeometry(a).addressBits.W)
  val rowInWord    = UInt(MatMulGeometry(a).rowInWordBits.W)
  val group        = UInt(MatMulGeometry(a).groupBits.W)
  val completesRow = Bool()
  val scoreSlot    = UInt(MatMulGeometry(a).scoreSlotBits.W)
  val counts       = Vec(a.requantColumns, Bool())

  def is(to: Destination): Bool = destination === to.ordinal.U
}

/** How R x p results are computed, and where they go. */
class ResultControl(a: Architecture) extends Bundle {
  val place         = new ResultPlace(a)
  val useParameters = Bool()
  val parameter     = UInt(Address.bits(a.buffers.parameterWords).W)
  val shift         = SInt(Requantization.ShiftBits.W)
  val activation    = Bool()
  val indexShift    = MatMulFields.width(a, "indexShift")

  /** Added to what is at their place. */
  def adds: Bool = place.is(Destination.RESIDUAL_ADD)
}

/** Takes a tile apart into beats of p columns. */
class ResultWalk(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val tile = Flipped(Decoupled(new TileResults(a)))
    val beat = Decoupled(new ResultControl(a))
  })

  private val geometry = MatMulGeometry(a)
  private val tile     = io.tile.bits
  private val beat     = RegInit(0.U(geometry.beatBits.W))
  private val last     = beat === tile.lastBeat
  when(io.beat.fire) { beat := Mux(last, 0.U, beat + 1.U) }
  io.beat.valid := io.tile.valid
  io.tile.ready := io.beat.ready && last

  private val position = tile.position + beat
  private val inDepth =
    tile.destination === Destination.ACTIVATION.ordinal.U || tile.destination === Destination.KEY.ordinal.U
  private val inShifterWidth = tile.destination === Destination.VALUE.ordinal.U

  private val out   = io.beat.bits
  private val place = out.place
  place.destination := tile.destination
  private val word = MuxCase(
    position,
    Seq(
      inDepth        -> (position >> log2Ceil(geometry.groupsPerDepth)),
      inShifterWidth -> (position >> log2Ceil(geometry.groupsPerShifterWidth))
    )
  )
  place.address   := Fit(tile.rowAddress + word, geometry.addressBits)
  place.rowInWord := tile.rowInWord
  // Bits beyond those of the destination are not looked at.
  place.group        := Fit(position, geometry.groupBits)
  place.completesRow := tile.completesRow && last
  place.scoreSlot    := tile.scoreSlot
  place.counts       := VecInit.tabulate(geometry.p)(c => !place.completesRow || c.U <= tile.lastColumn)
  out.useParameters  := tile.useParameters
  out.parameter      := Fit(tile.parameter + beat, tile.parameter.getWidth)
  out.shift          := tile.shift
  out.activation     := tile.activation
  out.indexShift     := tile.indexShift
}
