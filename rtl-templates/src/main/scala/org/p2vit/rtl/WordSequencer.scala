package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Reads the word pairs of tiles, one pair a cycle, without a gap between tiles.
  *
  * A pair is requested only when the array is sure to take it in the next cycle (`go`): then the next pair
  * may come.
  */
class WordSequencer(a: Architecture) extends Module {
  private val shapes = new BufferShapes(a)
  val io = IO(new Bundle {
    val tile       = Flipped(Decoupled(new MatMulTile(a)))
    val activation = shapes.activation.read
    val weight     = shapes.weight.read
    val go         = Input(Bool())

    /** The word pair that arrives in this cycle. */
    val step = Output(Valid(new MacStep(a)))

    /** One for each tile, when it starts. */
    val results = Decoupled(new TileResults(a))

    /** A tile could run but for what is behind the array. */
    val blocked = Output(Bool())
  })

  private val operands = io.tile.bits.operands
  private val word     = RegInit(MatMulFields.width(a, "depthWords"), 0.U)
  private val first    = word === 0.U
  private val last     = word +& 1.U >= operands.words
  private val free     = io.go && (!first || io.results.ready)
  private val memories = io.activation.request.ready && io.weight.request.ready
  private val fire     = io.tile.valid && free && memories

  io.activation.request.valid := io.tile.valid && free && io.weight.request.ready
  io.activation.request.bits  := Fit(operands.activation + word, operands.activation.getWidth)
  io.weight.request.valid     := io.tile.valid && free && io.activation.request.ready
  io.weight.request.bits      := Fit(operands.weight + word, operands.weight.getWidth)
  io.results.valid            := io.tile.valid && io.go && first && memories
  io.results.bits             := io.tile.bits.results
  io.tile.ready               := fire && last
  io.blocked                  := io.tile.valid && !free
  when(fire) { word := Mux(last, 0.U, word + 1.U) }

  private val step = Wire(new MacStep(a))
  step.first    := first
  step.last     := last
  step.weights4 := operands.weights4
  step.lastBeat := operands.lastBeat
  io.step.valid := RegNext(fire, false.B)
  io.step.bits  := RegEnable(step, fire)
}

/** What goes through the array with a pair of words.
  *
  *   - `first`, `last`: of its tile
  *   - `weights4`, `lastBeat`: see [[TileOperands]]
  */
class MacStep(a: Architecture) extends Bundle {
  val first    = Bool()
  val last     = Bool()
  val weights4 = Bool()
  val lastBeat = UInt(MatMulGeometry(a).beatBits.W)
}
