package org.p2vit.rtl

import chisel3._
import chisel3.experimental.hierarchy.{instantiable, public}
import chisel3.util._

/** What a beat's results become, by stages of the re-quantizer. */
class LaneControl extends Bundle {

  /** Of the second stage: see [[org.p2vit.rtl.job.ParameterFormat]]. */
  val shift       = SInt(Requantization.ShiftBits.W)
  val secondShift = SInt(Requantization.ShiftBits.W)

  /** Of the third stage. */
  val byte       = Bool()
  val add        = Bool()
  val indexShift = UInt(log2Ceil(Requantization.HighestIndexShift + 1).W)

  /** Of the third stage (look up), the fourth and the fifth. */
  val lookUp        = Bool()
  val subtract      = Bool()
  val activate      = Bool()
  val activateShift = SInt(Requantization.ShiftBits.W)
}

/** One of the R x p lanes of the re-quantizer (docs/numerics.md sections 3 to 5), in five stages:
  *
  *   1. `total + bias`
  *   1. the rounding shift to 16 bits; beside it, that of the residual
  *   1. saturation to 8 bits, or the residual's addition; with an activation, the look-up of its index
  *   1. the activation itself, `max(value, 0) - table`
  *   1. (no register) its shift to 8 bits
  *
  * `enable(i)` lets stage `i + 1` take what stands before it. The control inputs belong to what stands before
  * the stage that they are named for.
  */
@instantiable
class RequantizerLane(a: Architecture) extends Module {
  import Requantization._
  private val word = Architecture.RESIDUAL_CONTAINER_BITS

  @public val io = IO(new Bundle {
    val enable     = Input(Vec(4, Bool()))
    val total      = Input(SInt(a.economy.accumulatorBits.W))
    val bias       = Input(SInt(a.economy.accumulatorBits.W))
    val residual   = Input(SInt(word.W))
    val control    = Input(new LaneControl)
    val tableWrite = Flipped(Valid(new BufferShapes(a).table.write))
    val result     = Output(SInt(word.W))
  })
  private val control = io.control

  // 1. The model's weights and bias are such that nothing overflows.
  private val sum      = RegEnable((io.total + io.bias), io.enable(0))
  private val residual = RegEnable(io.residual, io.enable(0))

  // 2. Saturating to 16 bits first and to fewer bits later is the same as doing it at once.
  private val rounded =
    RegEnable(RoundShift.saturated(sum, Shift(control.shift, LowestShift, HighestShift), word), io.enable(1))
  private val aligned = RegEnable(
    RoundShift.saturated(
      residual,
      Shift(control.secondShift, LowestResidualShift, HighestResidualShift),
      a.residualBits
    ),
    io.enable(1)
  )

  // 3.
  private val added = Saturate(Saturate(rounded, a.residualBits) +& aligned, a.residualBits)
  private val value = RegEnable(
    MuxCase(rounded, Seq(control.byte -> Saturate(rounded, 8).pad(word), control.add -> added.pad(word))),
    io.enable(2)
  )
  private val table     = Module(new ActivationTable(a))
  private val magnitude = Mux(rounded < 0.S, -&(rounded), rounded.pad(word + 1)).asUInt(word - 1, 0)
  private val indexBits = log2Ceil(Architecture.TABLE_ENTRIES)
  table.io.write  := io.tableWrite
  table.io.lookUp := io.enable(2) && control.lookUp
  table.io.index  := RoundShift.limited(magnitude, Shift(control.indexShift, HighestIndexShift), indexBits)

  // 4.
  private val positive  = Mux(value < 0.S, 0.S, value)
  private val activated = positive - table.io.entry.zext // -255 to 32767
  private val last      = RegEnable(Mux(control.subtract, activated, value), io.enable(3))

  // 5.
  private val shifted = RoundShift.saturated(last, Shift(control.activateShift, 0, HighestActivationShift), 8)
  io.result := Mux(control.activate, shifted.pad(word), last)

  private def -&(x: SInt): SInt = 0.S -& x
}
