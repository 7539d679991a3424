package org.p2vit.rtl

import chisel3._
import chisel3.experimental.hierarchy.{Definition, Instance}
import chisel3.util._

/** The precision-scalable array: R x C dot products of D terms a cycle, and the bank of finished results from
  * which p columns at a time leave.
  *
  * The pipeline stops, all stages at once, only when a tile finishes while the bank still holds the one
  * before. `go` says so one cycle early.
  */
class MacArray(a: Architecture) extends Module {
  private val shapes   = new BufferShapes(a)
  private val geometry = MatMulGeometry(a)
  val io = IO(new Bundle {
    val step       = Flipped(Valid(new MacStep(a)))
    val activation = Input(UInt(shapes.activation.wordBits.W))
    val weight     = Input(UInt(shapes.weight.wordBits.W))

    /** A pair of words that arrives in the next cycle will be taken. */
    val go = Output(Bool())

    /** Totals of R x p results, row-major, in the order of the columns. */
    val beat = Decoupled(Vec(a.requantLanes, SInt(a.economy.accumulatorBits.W)))
  })

  private val enabled    = RegInit(true.B)
  private val multiplied = stage(io.step)
  private val added      = stage(multiplied)
  private val finish     = enabled && added.valid && added.bits.last

  private val enables = Wire(new DotProductEnables)
  enables.multiply   := enabled && io.step.valid
  enables.add        := enabled && multiplied.valid
  enables.accumulate := enabled && added.valid
  enables.restart    := added.bits.first
  enables.finish     := finish

  private val weights =
    Seq.tabulate(a.columns)(c => BiasedWeights(element(io.weight, c), io.step.bits.weights4))
  private val cell  = Definition(new DotProduct(a)) // one module, however large the array
  private val cells = Seq.fill(a.rows, a.columns)(Instance(cell))
  for (row <- 0 until a.rows; column <- 0 until a.columns) {
    val c = cells(row)(column)
    c.clock      := clock
    c.activation := element(io.activation, row)
    c.weight     := weights(column)
    c.enables    := enables
  }
  private val corrections = Seq.tabulate(a.rows) { row =>
    val sum = Module(new ActivationSum(a))
    sum.io.activation := element(io.activation, row)
    sum.io.enables    := enables
    sum.io.weights4   := added.bits.weights4
    sum.io.correction
  }

  // The bank. Beats queue up behind it, so that it is known one cycle ahead that the next one will leave.
  private val queue    = Module(new Queue(chiselTypeOf(io.beat.bits), 2))
  private val full     = RegInit(false.B)
  private val beat     = Reg(UInt(geometry.beatBits.W))
  private val lastBeat = Reg(UInt(geometry.beatBits.W))
  private val weights4 = Reg(Bool())
  queue.io.enq.valid := full
  queue.io.enq.bits  := VecInit.tabulate(a.requantLanes)(selected)
  io.beat <> queue.io.deq

  private val leaves       = queue.io.enq.fire
  private val nextBeat     = Mux(finish, 0.U, beat + leaves)
  private val nextLastBeat = Mux(finish, added.bits.lastBeat, lastBeat)
  private val nextFull     = finish || (full && !(leaves && beat === lastBeat))
  full     := nextFull
  beat     := nextBeat
  lastBeat := nextLastBeat
  when(finish) { weights4 := added.bits.weights4 }

  // In the next cycle: a tile finishes, and the bank cannot take it.
  private val nextAdded = Mux(enabled, multiplied, added)
  private val nextRoom  = queue.io.count + leaves - queue.io.deq.fire < 2.U
  private val freed     = !nextFull || (nextBeat === nextLastBeat && nextRoom)
  io.go   := freed || !(nextAdded.valid && nextAdded.bits.last)
  enabled := io.go

  private def stage(from: Valid[MacStep]): Valid[MacStep] = {
    val to = Wire(Valid(new MacStep(a)))
    to.valid := RegEnable(from.valid, false.B, enabled)
    to.bits  := RegEnable(from.bits, enabled && from.valid)
    to
  }

  private def element(word: UInt, index: Int): UInt = {
    val bits = a.depth * 8
    word((index + 1) * bits - 1, index * bits)
  }

  /** Lane `i` (row i / p, column i % p) of the beat that is next. */
  private def selected(i: Int): SInt = {
    val row     = cells(i / geometry.p)
    val choices = Seq.tabulate(geometry.beatsPerHalf)(g => row(g * geometry.p + i % geometry.p))
    def pick(of: Instance[DotProduct] => SInt) =
      if (geometry.beatsPerHalf == 1) of(choices.head)
      else VecInit(choices.map(of))(beat(log2Ceil(geometry.beatsPerHalf) - 1, 0))
    val low  = pick(_.low)
    val high = pick(_.high)
    val half = Mux(beat(geometry.beatBits - 1), high, low)
    val more = Mux(weights4, 0.S, high << BiasedWeights.NibbleBits)
    val bits = a.halfAccumulatorBits + BiasedWeights.NibbleBits
    Fit(Sum(Seq(half, more, corrections(i / geometry.p)), bits), a.economy.accumulatorBits)
  }
}
