package org.p2vit.rtl

import chisel3._
import chisel3.experimental.hierarchy.{instantiable, public}
import chisel3.util._
import org.p2vit.numerics.Tables

/** `2^(15 - code)`, as [[ShifterSum]] wants it.
  *
  *   - `fine`: lower bits of the exponent
  *   - `coarse`: its upper bits, one-hot; none for the code of zero
  */
class ShifterWeight extends Bundle {
  val fine   = UInt(ShifterWeight.FineBits.W)
  val coarse = Vec(1 << ShifterWeight.CoarseBits, Bool())
}

object ShifterWeight {
  val FineBits           = 2
  val CoarseBits: Int    = Tables.CODE_BITS - 1 - FineBits
  private val exponentOf = Tables.CODE_BITS - 2

  def apply(code: UInt): ShifterWeight = {
    val exponent = ~code(exponentOf, 0)
    val weight   = Wire(new ShifterWeight)
    weight.fine := exponent(FineBits - 1, 0)
    for (i <- weight.coarse.indices)
      weight.coarse(i) := !code(Tables.CODE_BITS - 1) && (exponent >> FineBits).asUInt === i.U
    weight
  }
}

/** Adds up `(v + 128) * 2^(15 - code)` over the token groups of a tile, Ds tokens a cycle, for one row and
  * one channel: what is not negative has no sign to extend.
  *
  * Two stages: the sum over the tokens, as two numbers; the accumulator.
  */
@instantiable
class ShifterSum(a: Architecture) extends RawModule {
  private val depth = a.shifterDepth

  @public val clock   = IO(Input(Clock()))
  @public val weights = IO(Input(Vec(depth, new ShifterWeight)))
  @public val values  = IO(Input(Vec(depth, UInt(8.W))))
  @public val enables = IO(Input(new ShifterSumEnables))
  @public val total   = IO(Output(UInt(ShifterArray.accumulatorBits(a).W)))

  withClock(clock) {
    val terms  = weights.zip(values).map { case (w, v) => term(w, v ^ (1 << ShifterArray.Log2Bias).U) }
    val bits   = ShifterArray.TermBits + Architecture.log2Ceil(depth)
    val halves = Sum.carrySave(terms, bits).map(RegEnable(_, enables.add))
    total := ShifterSum.accumulate(halves, total.getWidth, enables)
  }

  private def term(weight: ShifterWeight, value: UInt): UInt = {
    val fine = value << weight.fine
    weight.coarse.zipWithIndex
      .map { case (chosen, i) =>
        val shifted = (fine << (i << ShifterWeight.FineBits)).asUInt
        Fit(shifted, ShifterArray.TermBits) & Fill(ShifterArray.TermBits, chosen)
      }
      .reduce(_ | _)
  }
}

/** When the stages of [[ShifterSum]] take new values.
  *
  *   - `restart`: the sum is its tile's first
  */
class ShifterSumEnables extends Bundle {
  val add        = Bool()
  val accumulate = Bool()
  val restart    = Bool()
}

object ShifterSum {

  /** An accumulator of the sums of `terms`. */
  def accumulate(terms: Seq[UInt], bits: Int, enables: ShifterSumEnables): UInt = {
    val total = Reg(UInt(bits.W))
    val old   = Mux(enables.restart, 0.U, total)
    when(enables.accumulate) { total := (old +: terms).map(Fit(_, bits)).reduce(_ +% _) }
    total
  }
}
