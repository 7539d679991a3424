package org.p2vit.rtl

import chisel3._
import chisel3.experimental.hierarchy.{Definition, Instance}
import chisel3.util._
import org.p2vit.numerics.Tables

/** One CODE word, one VALUE word. */
class ShifterOperands(a: Architecture) extends Bundle {
  val tag   = new ShifterTag
  val code  = UInt(new BufferShapes(a).code.wordBits.W)
  val value = UInt(new BufferShapes(a).value.wordBits.W)
}

/** A tile whose last token group has been added: the context `[R][Cs]` is
  * `sums(row)(channel) - 128 * weights(row)`.
  */
class ShifterTile(a: Architecture) extends Bundle {
  val tag     = new ShifterTag
  val sums    = Vec(a.rows, Vec(a.shifterColumns, UInt(ShifterArray.accumulatorBits(a).W)))
  val weights = Vec(a.rows, UInt(ShifterArray.weightBits(a).W))
}

/** Adds, each cycle, `(v + 128) * 2^(15 - code)` over Ds tokens for R rows and Cs channels, and accumulates
  * over the token groups of a tile; beside it `2^(15 - code)`, for what is too much.
  *
  * Pipeline: operands; sums over the tokens; accumulators.
  */
class ShifterArray(a: Architecture) extends Module {
  import ShifterArray._

  val io = IO(new Bundle {
    val operands = Flipped(Decoupled(new ShifterOperands(a)))
    val tile     = Decoupled(new ShifterTile(a))
    val busy     = Output(Bool())
  })

  private val complete = RegInit(false.B)
  private val advance  = !complete || io.tile.ready

  private val operands      = RegEnable(io.operands.bits, advance)
  private val operandsValid = RegEnable(io.operands.valid, false.B, advance)
  private val tag           = RegEnable(operands.tag, advance)
  private val valid         = RegEnable(operandsValid, false.B, advance)
  private val tileTag       = Reg(new ShifterTag)

  private val enables = Wire(new ShifterSumEnables)
  enables.add        := advance
  enables.accumulate := advance && valid
  enables.restart    := tag.first

  private val cell = Definition(new ShifterSum(a)) // one module, however large the array
  for (r <- 0 until a.rows) {
    val weights = Seq.tabulate(a.shifterDepth)(j => ShifterWeight(code(r, j)))
    for (c <- 0 until a.shifterColumns) {
      val sum = Instance(cell)
      sum.clock               := clock
      sum.weights             := VecInit(weights)
      sum.values              := VecInit.tabulate(a.shifterDepth)(j => value(j, c))
      sum.enables             := enables
      io.tile.bits.sums(r)(c) := sum.total
    }
    val powers = Seq.tabulate(a.shifterDepth)(j => power(code(r, j)))
    val bits   = Fraction + 1 + Architecture.log2Ceil(a.shifterDepth)
    val halves = Sum.carrySave(powers, bits).map(RegEnable(_, advance))
    io.tile.bits.weights(r) := ShifterSum.accumulate(halves, weightBits(a), enables)
  }
  when(advance) {
    complete := valid && tag.last
    tileTag  := tag
  }

  io.operands.ready := advance
  io.tile.valid     := complete
  io.tile.bits.tag  := tileTag
  io.busy           := operandsValid && advance

  private def code(row: Int, token: Int) = {
    val at = (row * a.shifterDepth + token) * Tables.CODE_BITS
    operands.code(at + Tables.CODE_BITS - 1, at)
  }

  private def value(token: Int, channel: Int) = {
    val at = (token * a.shifterColumns + channel) * 8
    operands.value(at + 7, at)
  }

  private def power(code: UInt): UInt =
    VecInit.tabulate(Fraction + 1)(i => code === (Fraction - i).U).asUInt
}

object ShifterArray {

  /** Fractional bits of a term: `2^-15` is the smallest weight but zero. */
  private val Fraction = Tables.CODE_ZERO - 1

  /** `log2` of what is added to a value, that it is not negative. */
  val Log2Bias = 7

  /** Of such a value times its weight. */
  val TermBits: Int = 8 + Fraction

  /** docs/numerics.md section 8. */
  def accumulatorBits(a: Architecture): Int = TermBits + log2Tokens(a)

  /** Of the sum of the weights. */
  def weightBits(a: Architecture): Int = Fraction + 1 + log2Tokens(a)

  private def log2Tokens(a: Architecture): Int =
    Architecture.log2Ceil(math.max(a.shifterDepth, a.maxTokens))
}
