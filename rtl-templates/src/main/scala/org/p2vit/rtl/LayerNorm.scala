package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.LayerNormJob

/** Ports of [[LayerNorm]]. */
class LayerNormIO(a: Architecture) extends ChunkIO(a) {
  val residual        = new BufferShapes(a).residual.read
  val parameter       = new BufferShapes(a).normParameter.read
  val activationWrite = Decoupled(ActivationBeat.write(a))
  val tap             = Output(Valid(UInt((a.requantLanes * 8).W)))
}

/** LAYER_NORM: integer LayerNorm of row blocks (`LayerNormJob`, docs/numerics.md section 7).
  *
  * Three units in a row: the sums of a row block, the scalars of its rows, the normalization. Each works on
  * another row block; the first and the last share the read ports, the last one first.
  */
class LayerNorm(a: Architecture) extends Module {
  val io = IO(new LayerNormIO(a))

  private val job        = new JobInHand(a, io, classOf[LayerNormJob])
  private val statistics = Module(new LayerNormStatistics(a))
  private val scalar     = Module(new LayerNormScalar(a))
  private val normalize  = Module(new LayerNormNormalize(a))

  private val rows = Wire(new LayerNormRows(a))
  rows.residualBase   := fit("residualBase", rows.residualBase)
  rows.residualStride := fit("residualStride", rows.residualStride)
  rows.parameterBase  := fit("parameterBase", rows.parameterBase)
  rows.lastWord       := (job.unsignedField("channels") >> log2Ceil(a.requantColumns)).asUInt - 1.U

  statistics.io.begin       := job.first
  statistics.io.rows        := rows
  statistics.io.start.valid := job.open
  when(statistics.io.start.fire) { job.startRow() }

  scalar.io.constants.channels     := job.unsignedField("channels")
  scalar.io.constants.log2Channels := job.unsignedField("log2Channels")
  scalar.io.constants.reciprocal   := job.unsignedField("reciprocal")
  scalar.io.constants.epsilon      := job.unsignedField("epsilon")
  scalar.io.sums <> statistics.io.sums

  normalize.io.begin        := job.first
  normalize.io.rows         := rows
  normalize.io.place.base   := fit("base", normalize.io.place.base)
  normalize.io.place.stride := fit("stride", normalize.io.place.stride)
  normalize.io.scale <> scalar.io.scale

  share(io.residual, normalize.io.read.residual, statistics.io.read.residual)
  share(io.parameter, normalize.io.read.parameter, statistics.io.read.parameter)

  io.activationWrite.valid := normalize.io.beat.valid
  io.activationWrite.bits  := ActivationBeat.write(a, normalize.io.beat.bits)
  normalize.io.beat.ready  := io.activationWrite.ready
  io.done                  := io.activationWrite.fire && normalize.io.beat.bits.lastOfRow
  io.busy                  := statistics.io.busy || normalize.io.busy
  io.tap.valid             := io.activationWrite.fire
  io.tap.bits              := normalize.io.beat.bits.data.asUInt
  dontTouch(io.tap)

  // Row blocks started and not done: no unit has more than three.
  private val inWork = RegInit(0.U(4.W))
  inWork := inWork + statistics.io.start.fire - io.done
  when(job.valid && job.exhausted && inWork === 0.U) { job.finish() }

  private def fit(field: String, as: UInt) = Fit(job.unsignedField(field), as.getWidth)

  /** One memory, two readers; data goes to both, and who asked knows that it is his. */
  private def share(memory: MemoryRead, first: MemoryRead, second: MemoryRead): Unit = {
    memory.request.valid := first.request.valid || second.request.valid
    memory.request.bits  := Mux(first.request.valid, first.request.bits, second.request.bits)
    first.request.ready  := memory.request.ready
    second.request.ready := memory.request.ready && !first.request.valid
    first.data           := memory.data
    second.data          := memory.data
  }
}
