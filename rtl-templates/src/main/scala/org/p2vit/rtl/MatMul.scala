package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Ports of [[MatMul]]. */
class MatMulIO(a: Architecture) extends ChunkIO(a) {
  private val shapes  = new BufferShapes(a)
  val activation      = shapes.activation.read
  val weight          = shapes.weight.read
  val parameter       = shapes.parameter.read
  val residualRead    = shapes.residual.read
  val activationWrite = Decoupled(shapes.resultWrite(shapes.activation, a.depth))
  val weightWrite     = Decoupled(shapes.resultWrite(shapes.weight, a.depth))
  val valueWrite      = Decoupled(shapes.resultWrite(shapes.value, a.shifterColumns))
  val scoreWrite      = Decoupled(shapes.score.write)
  val scoreMaxWrite   = Decoupled(shapes.scoreMax.write)
  val residualWrite   = Decoupled(shapes.residual.write)
  val tableWrite      = Flipped(Valid(shapes.table.write))

  /** Why the array does not multiply, one-hot or zero, by `StallCause.index`. Zero as well while a port of
    * the operands' memories is not ready, and for a cycle between the end of a wait and the start of the
    * tile.
    */
  val stall = Output(Vec(StallCause.SIGNALS, Bool()))
  val tap   = Output(Valid(UInt((a.requantLanes * Architecture.RESIDUAL_CONTAINER_BITS).W)))
}

/** MATMUL: the array and the re-quantizer behind it (`MatMulJob`, docs/numerics.md sections 3 to 5).
  *
  * {{{
  * job -> TileSequencer -> WordSequencer -> MacArray -> Requantizer -> OutputRouter -> memories
  *            (waits)           |  (reads)              ^ (parameters, residual)
  *                              +------ ResultWalk -----+
  * }}}
  *
  * The sequencers run one or two tiles ahead of the array, the array a tile ahead of the re-quantizer. The
  * array multiplies in every cycle as long as waits hold and tiles have at least as many word pairs as beats
  * of p columns.
  */
class MatMul(a: Architecture) extends Module {
  val io = IO(new MatMulIO(a))

  private val tiles       = Module(new TileSequencer(a))
  private val words       = Module(new WordSequencer(a))
  private val array       = Module(new MacArray(a))
  private val walk        = Module(new ResultWalk(a))
  private val requantizer = Module(new Requantizer(a))
  private val router      = Module(new OutputRouter(a))

  tiles.io.job <> io.job
  tiles.io.progress := io.progress

  private val tile = Queue(tiles.io.tile, 2)
  words.io.tile <> tile
  words.io.activation <> io.activation
  words.io.weight <> io.weight
  words.io.go := array.io.go

  array.io.step       := words.io.step
  array.io.activation := io.activation.data
  array.io.weight     := io.weight.data

  // Tiles between the first word's request and the last result's computation.
  walk.io.tile <> Queue(words.io.results, MatMul.TilesInFlight)
  requantizer.io.control <> walk.io.beat
  requantizer.io.totals <> array.io.beat
  requantizer.io.parameter <> io.parameter
  requantizer.io.residual <> io.residualRead
  requantizer.io.tableWrite := io.tableWrite

  router.io.result <> Queue(requantizer.io.result, 2)
  io.activationWrite <> router.io.write.activation
  io.weightWrite <> router.io.write.weight
  io.valueWrite <> router.io.write.value
  io.scoreWrite <> router.io.write.score
  io.scoreMaxWrite <> router.io.write.scoreMax
  io.residualWrite <> router.io.write.residual

  io.done      := router.io.done
  io.busy      := words.io.step.valid
  io.tap.valid := router.io.result.fire
  io.tap.bits  := router.io.result.bits.values.asUInt
  dontTouch(io.tap)

  // As seen where words are requested, one cycle before they are multiplied.
  private val starved = !tile.valid
  private val causes  = Wire(Vec(StallCause.SIGNALS, Bool()))
  for (i <- 0 until StallCause.SIGNALS)
    causes(i)                     := starved && tiles.io.waitsFor.valid && tiles.io.waitsFor.bits === i.U
  causes(StallCause.NO_JOB.index) := starved && tiles.io.idle
  causes(StallCause.OUTPUT.index) := words.io.blocked
  io.stall                        := RegNext(causes, VecInit.fill(StallCause.SIGNALS)(false.B))
}

object MatMul {
  private val TilesInFlight = 8
}
