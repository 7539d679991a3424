package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.MatMulJob.Destination

/** Turns jobs into tiles, in the order of `MatMulJob`: row blocks outside, column tiles inside. A tile is
  * offered as soon as the job's waits hold for it; the next job is taken with the last tile of the one
  * before, so that jobs follow each other without a gap.
  *
  * Addresses are kept up to date by additions; the only multiplication is that of a job's first row.
  */
class TileSequencer(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val job      = Flipped(Decoupled(UInt(JobBits.Width.W)))
    val progress = Input(Progress(a))
    val tile     = Decoupled(new MatMulTile(a))

    /** There is no job. */
    val idle = Output(Bool())

    /** There is one, but it waits for this chunk. */
    val waitsFor = Output(Valid(UInt(Chunk.INDEX_BITS.W)))
  })

  private val geometry = MatMulGeometry(a)
  private val active   = RegInit(false.B)
  private val layout   = MatMulFields.layout(a)
  private val held     = Reg(UInt(layout.packedBits.W))
  private val bits     = layout.unpack(held)
  private val job      = new MatMulFields(layout, bits)

  private val row         = Reg(MatMulFields.width(a, "rowBlocks"))
  private val tile        = Reg(MatMulFields.width(a, "tiles"))
  private val destination = new RowPlace(a, job)
  private val activation  = Reg(UInt(Address.bits(a.buffers.activationWords).W))
  private val weight      = Reg(UInt(Address.bits(a.buffers.weightWords).W))
  private val parameter   = Reg(UInt(Address.bits(a.buffers.parameterWords).W))
  private val position    = Reg(MatMulFields.width(a, "column"))
  private val beatsLeft   = Reg(MatMulFields.width(a, "columns"))

  private val lastTile = tile +& 1.U >= job.unsigned("tiles")
  private val lastRow  = row +& 1.U >= job.unsigned("rowBlocks")
  private val waits    = WaitCondition.each(bits, io.progress, "perRow" -> row, "perTile" -> tile)
  private val ready    = waits.map(_._1).reduce(_ && _)

  io.job.ready      := !active || (io.tile.fire && lastTile && lastRow)
  io.tile.valid     := active && ready
  io.idle           := !active
  io.waitsFor.valid := active && !ready
  io.waitsFor.bits  := PriorityMux(waits.map { case (holds, chunk) => !holds -> chunk })

  when(io.tile.fire) {
    when(!lastTile) { nextTile() }.otherwise {
      firstTile(job)
      row        := row + 1.U
      activation := sum(activation, job.unsigned("activationStride"))
      destination.next()
    }
  }
  when(io.job.ready) { active := io.job.valid }
  when(io.job.fire) {
    val next = new MatMulFields(layout, io.job.bits)
    held := layout.pack(io.job.bits)
    row  := 0.U
    firstTile(next)
    activation := Fit(next.unsigned("activationBase"), activation.getWidth)
    destination.begin(next)
  }

  offer(io.tile.bits)

  /** Modulo the number of words: addresses stay within their memory, or the job is wrong. */
  private def sum(address: UInt, step: UInt): UInt = Fit(address + step, address.getWidth)

  private def perBeat(columns: UInt): UInt = columns >> log2Ceil(geometry.p)

  /** Of the last beat. */
  private def lastColumn: UInt =
    if (geometry.p == 1) 0.U else (job.unsigned("columns") - 1.U)(geometry.columnBits - 1, 0)

  private def tileBeats: UInt =
    Mux(job.flag("weights4"), (2 * geometry.beatsPerHalf).U, geometry.beatsPerHalf.U)

  private def firstTile(of: MatMulFields): Unit = {
    tile      := 0.U
    weight    := Fit(of.unsigned("weightBase"), weight.getWidth)
    parameter := Fit(of.unsigned("parameterBase"), parameter.getWidth)
    position  := perBeat(of.unsigned("column"))
    beatsLeft := Fit(perBeat(of.unsigned("columns") +& (geometry.p - 1).U), beatsLeft.getWidth)
  }

  private def nextTile(): Unit = {
    tile      := tile + 1.U
    weight    := sum(weight, job.unsigned("weightStride"))
    parameter := sum(parameter, tileBeats)
    position  := position + tileBeats
    beatsLeft := beatsLeft - tileBeats
  }

  private def offer(to: MatMulTile): Unit = {
    val lastBeat = Fit(Mux(beatsLeft > tileBeats, tileBeats, beatsLeft) - 1.U, geometry.beatBits)
    to.operands.activation   := activation
    to.operands.weight       := weight
    to.operands.words        := job.unsigned("depthWords")
    to.operands.weights4     := job.flag("weights4")
    to.operands.lastBeat     := lastBeat
    to.results.destination   := job.unsigned("destination")
    to.results.rowAddress    := destination.address
    to.results.rowInWord     := destination.rowInWord
    to.results.position      := position
    to.results.lastBeat      := lastBeat
    to.results.completesRow  := lastTile
    to.results.scoreSlot     := destination.slot
    to.results.lastColumn    := lastColumn
    to.results.useParameters := job.flag("useParameters")
    to.results.parameter     := parameter
    to.results.shift         := job.shift
    to.results.activation    := job.flag("activation")
    to.results.indexShift    := job.unsigned("indexShift")
  }
}

/** Where the row blocks of a job go: the word of column 0, the place in that word, the SCORE slot.
  *
  * @param job
  *   the job that runs
  */
private class RowPlace(a: Architecture, job: MatMulFields) {
  private val geometry = MatMulGeometry(a)
  val address: UInt    = Reg(UInt(geometry.addressBits.W))
  val rowInWord: UInt  = Reg(UInt(geometry.rowInWordBits.W))
  val slot: UInt       = Reg(UInt(geometry.scoreSlotBits.W))

  /** Row block 0 of `next`. */
  def begin(next: MatMulFields): Unit = {
    val first  = next.unsigned("firstRow")
    val base   = next.unsigned("base")
    val scores = next.is(Destination.SCORE)
    val index = Mux1H(
      Seq(
        scores                     -> base,
        next.is(Destination.KEY)   -> (first >> log2Ceil(geometry.rowBlocksPerKeyWord)),
        next.is(Destination.VALUE) -> (first >> log2Ceil(geometry.rowBlocksPerValueWord))
      )
    )
    address := Fit(
      Mux(scores, 0.U, base) + index(first.getWidth - 1, 0) * next.unsigned("stride"),
      geometry.addressBits
    )
    slot := Fit(base, slot.getWidth)
    rowInWord := Mux1H(
      Seq(
        next.is(Destination.KEY)   -> modulo(first, geometry.rowBlocksPerKeyWord),
        next.is(Destination.VALUE) -> modulo(first, geometry.rowBlocksPerValueWord)
      )
    )
  }

  /** The row block after this one. */
  def next(): Unit = {
    val stays = Mux1H(
      Seq(
        job.is(Destination.KEY)   -> (rowInWord =/= (geometry.rowBlocksPerKeyWord - 1).U),
        job.is(Destination.VALUE) -> (rowInWord =/= (geometry.rowBlocksPerValueWord - 1).U)
      )
    )
    val wraps = job.is(Destination.SCORE) && slot === (a.buffers.scoreSlots - 1).U
    slot      := Mux(wraps, 0.U, slot + 1.U)
    rowInWord := Mux(stays, rowInWord + 1.U, 0.U)
    when(wraps) { address := 0.U }.elsewhen(!stays) {
      address := Fit(address + job.unsigned("stride"), geometry.addressBits)
    }
  }

  private def modulo(x: UInt, powerOfTwo: Int): UInt =
    if (powerOfTwo == 1) 0.U else x(log2Ceil(powerOfTwo) - 1, 0)
}
