package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.numerics.Tables

/** One CODE word, one VALUE word. */
class ShifterOperands(a: Architecture) extends Bundle {
  val tag   = new ShifterTag
  val code  = UInt(new BufferShapes(a).code.wordBits.W)
  val value = UInt(new BufferShapes(a).value.wordBits.W)
}

/** Accumulators [R][Cs] of a tile whose last token group has been added. */
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
  private val accumulators  = Reg(chiselTypeOf(io.tile.bits.sums))
  private val tileTag       = Reg(new ShifterTag)

  for (r <- 0 until a.rows; c <- 0 until a.shifterColumns) {
    val terms = Seq.tabulate(a.shifterDepth)(j => term(code(r, j), value(j, c)))
    val sum   = RegEnable(VecInit(terms).reduceTree(_ +& _), advance)
    val old   = accumulators(r)(c)
    val start = Mux(tag.first, 0.S, old)
    when(advance && valid) { old := Fit(start +& sum, accumulatorBits(a)) }
  }
  when(advance) {
    complete := valid && tag.last
    tileTag  := tag
  }

  io.operands.ready := advance
  io.tile.valid     := complete
  io.tile.bits.tag  := tileTag
  io.tile.bits.sums := accumulators
  io.busy           := operandsValid && advance

  private def code(row: Int, token: Int) = {
    val at = (row * a.shifterDepth + token) * Tables.CODE_BITS
    operands.code(at + Tables.CODE_BITS - 1, at)
  }

  private def value(token: Int, channel: Int) = {
    val at = (token * a.shifterColumns + channel) * 8
    operands.value(at + 7, at).asSInt
  }
}

object ShifterArray {

  /** Fractional bits of a term: `2^-15` is the smallest weight but zero. */
  private val Fraction = Tables.CODE_ZERO - 1

  /** docs/numerics.md section 8. */
  def accumulatorBits(a: Architecture): Int = 8 + Fraction + Architecture.log2Ceil(a.maxTokens) + 1

  private def term(code: UInt, value: SInt): SInt = {
    val zero = code(Tables.CODE_BITS - 1)
    val kept = Mux(zero, 0.S, value)
    Fit(kept << ~code(Tables.CODE_BITS - 2, 0), 8 + Fraction)
  }
}
