package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.MatMulJob.Destination

/** The write ports of MATMUL, one a destination buffer. */
class MatMulWrites(a: Architecture) extends Bundle {
  private val shapes = new BufferShapes(a)
  val activation     = Decoupled(shapes.resultWrite(shapes.activation, a.depth))
  val weight         = Decoupled(shapes.resultWrite(shapes.weight, a.depth))
  val value          = Decoupled(shapes.resultWrite(shapes.value, a.shifterColumns))
  val score          = Decoupled(shapes.score.write)
  val scoreMax       = Decoupled(shapes.scoreMax.write)
  val residual       = Decoupled(shapes.residual.write)
}

/** Hands results to the buffer they are meant for; the mask picks their place in its word. The last scores of
  * a row block go together with the maxima of its rows.
  */
class OutputRouter(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val result = Flipped(Decoupled(new ResultBeat(a)))
    val write  = new MatMulWrites(a)

    /** The last beat of a row block has been accepted. */
    val done = Output(Bool())
  })

  private val p     = a.requantColumns
  private val beat  = io.result.bits
  private val place = beat.place

  offer(io.write.activation, Destination.ACTIVATION)
  io.write.activation.bits.data := bytes
  io.write.activation.bits.mask := mask(rowBlocks = 1, a.depth)

  offer(io.write.weight, Destination.KEY)
  io.write.weight.bits.data := bytes
  io.write.weight.bits.mask := mask(a.columns / a.rows, a.depth)

  offer(io.write.value, Destination.VALUE)
  io.write.value.bits.data := bytes
  io.write.value.bits.mask := mask(a.shifterDepth / a.rows, a.shifterColumns)

  offer(io.write.score, Destination.SCORE)
  io.write.score.bits.data := bytes
  io.write.score.bits.mask := mask(rowBlocks = 1, p)

  private val maxima = new ScoreMaxima(a, beat, taken = io.write.score.fire).maxima
  offer(io.write.scoreMax, Destination.SCORE)
  io.write.scoreMax.bits.address := place.scoreSlot
  io.write.scoreMax.bits.data    := maxima.asUInt
  io.write.scoreMax.bits.mask    := Fill(a.rows, 1.U(1.W))
  when(place.completesRow) {
    when(!io.write.scoreMax.ready) { io.write.score.valid := false.B }
    when(!io.write.score.ready) { io.write.scoreMax.valid := false.B }
  }.otherwise { io.write.scoreMax.valid := false.B }

  offer(io.write.residual, Destination.RESIDUAL_ADD, Destination.RESIDUAL_SET)
  io.write.residual.bits.data := beat.values.asUInt
  io.write.residual.bits.mask := Fill(a.requantLanes, 1.U(1.W))

  private val ports = Seq(
    io.write.activation,
    io.write.weight,
    io.write.value,
    io.write.score,
    io.write.residual
  )
  io.result.ready := ports.map(_.fire).reduce(_ || _)
  io.done         := io.result.fire && place.completesRow

  private def offer(port: DecoupledIO[MemoryWrite], destinations: Destination*): Unit = {
    port.valid        := io.result.valid && destinations.map(place.is).reduce(_ || _)
    port.bits.address := Fit(place.address, port.bits.address.getWidth)
  }

  private def bytes: UInt = VecInit(beat.values.map(_.asUInt(7, 0))).asUInt

  /** For a word of `rowBlocks` times R rows of `columns` bytes. */
  private def mask(rowBlocks: Int, columns: Int): UInt = {
    val row = Cat(Seq.tabulate(columns / p)(g => Fill(p, at(place.group, g, columns / p))).reverse)
    Cat(
      Seq
        .tabulate(rowBlocks)(b => Fill(a.rows, row & Fill(columns, at(place.rowInWord, b, rowBlocks))))
        .reverse
    )
  }

  /** Whether the lowest bits of `index`, which count to `of`, are `i`. */
  private def at(index: UInt, i: Int, of: Int): Bool =
    if (of == 1) true.B else index(log2Ceil(of) - 1, 0) === i.U
}
