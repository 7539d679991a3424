package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.numerics.Tables

/** What makes up for values being shifted as `v + 128` in a row's token group: `2^n` less 128 times the sum
  * of its weights `2^(15 - code)`. So it is not negative either; `2^n` ([[ShifterCorrection.log2Excess]]) is
  * what is too much then.
  *
  *   - `codes`: of the next token group, taken with `enable`
  *   - `correction`: of the one taken before
  */
class ShifterCorrection(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val enable     = Input(Bool())
    val codes      = Input(Vec(a.shifterDepth, UInt(Tables.CODE_BITS.W)))
    val correction = Output(UInt(ShifterCorrection.bits(a).W))
  })

  private val Fraction = ShifterArray.Fraction
  private val bits     = ShifterCorrection.log2Weights(a) + 1
  private val weights =
    io.codes.map(code => VecInit.tabulate(Fraction + 1)(i => code === (Fraction - i).U).asUInt)
  private val halves = Sum.carrySave(weights, bits).map(RegEnable(_, io.enable))

  io.correction := ((BigInt(1) << (bits - 1)).U - Sum.finished(halves, bits)) ## 0.U(ShifterArray.Log2Bias.W)
}

object ShifterCorrection {

  /** Of the largest sum of weights. */
  private def log2Weights(a: Architecture): Int =
    ShifterArray.Fraction + Architecture.log2Ceil(a.shifterDepth)

  /** Of what a token group is too much with its correction. */
  def log2Excess(a: Architecture): Int = log2Weights(a) + ShifterArray.Log2Bias

  /** Of a correction, and of a token group's sum with it. */
  def bits(a: Architecture): Int = log2Excess(a) + 1
}
