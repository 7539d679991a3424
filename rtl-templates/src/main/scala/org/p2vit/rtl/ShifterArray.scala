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

/** A tile whose last token group has been added: the context `[R][Cs]`. */
class ShifterTile(a: Architecture) extends Bundle {
  val tag  = new ShifterTag
  val sums = Vec(a.rows, Vec(a.shifterColumns, SInt(ShifterArray.accumulatorBits(a).W)))
}

/** Adds, each cycle, `v * 2^(15 - code)` over Ds tokens for R rows and Cs channels, and accumulates over the
  * token groups of a tile.
  *
  * Pipeline: operands; sums over the tokens; accumulators.
  */
class ShifterArray(a: Architecture) extends Module {
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
    val weights    = Seq.tabulate(a.shifterDepth)(j => ShifterWeight(code(operands, r, j)))
    val correction = Module(new ShifterCorrection(a))
    correction.io.enable := advance
    correction.io.codes  := VecInit.tabulate(a.shifterDepth)(j => code(io.operands.bits, r, j))
    for (c <- 0 until a.shifterColumns) {
      val sum = Instance(cell)
      sum.clock               := clock
      sum.weights             := VecInit(weights)
      sum.values              := VecInit.tabulate(a.shifterDepth)(j => value(j, c))
      sum.correction          := correction.io.correction
      sum.enables             := enables
      io.tile.bits.sums(r)(c) := sum.total
    }
  }
  when(advance) {
    complete := valid && tag.last
    tileTag  := tag
  }

  io.operands.ready := advance
  io.tile.valid     := complete
  io.tile.bits.tag  := tileTag
  io.busy           := operandsValid && advance

  private def code(from: ShifterOperands, row: Int, token: Int) = {
    val at = (row * a.shifterDepth + token) * Tables.CODE_BITS
    from.code(at + Tables.CODE_BITS - 1, at)
  }

  private def value(token: Int, channel: Int) = {
    val at = (token * a.shifterColumns + channel) * 8
    operands.value(at + 7, at)
  }
}

object ShifterArray {

  /** Fractional bits of a term: `2^-15` is the smallest weight but zero. */
  val Fraction: Int = Tables.CODE_ZERO - 1

  /** `log2` of what is added to a value, that it is not negative. */
  val Log2Bias = 7

  /** Of such a value times its weight. */
  val TermBits: Int = 8 + Fraction

  /** docs/numerics.md section 8. */
  def accumulatorBits(a: Architecture): Int =
    TermBits + Architecture.log2Ceil(math.max(a.shifterDepth, a.maxTokens))
}
