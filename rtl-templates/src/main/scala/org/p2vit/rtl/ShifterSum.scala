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

/** Adds up `v * 2^(15 - code)` over the token groups of a tile, Ds tokens a cycle, for one row and one
  * channel.
  *
  * What is shifted is `v + 128`, which has no sign to extend; [[ShifterCorrection]] takes away what is too
  * much.
  *
  * Two stages: the sum over the tokens, as two numbers; the accumulator.
  *
  *   - `correction`: of the token group
  */
@instantiable
class ShifterSum(a: Architecture) extends RawModule {
  private val depth = a.shifterDepth

  @public val clock      = IO(Input(Clock()))
  @public val weights    = IO(Input(Vec(depth, new ShifterWeight)))
  @public val values     = IO(Input(Vec(depth, UInt(8.W))))
  @public val correction = IO(Input(UInt(ShifterCorrection.bits(a).W)))
  @public val enables    = IO(Input(new ShifterSumEnables))
  @public val total      = IO(Output(SInt(ShifterArray.accumulatorBits(a).W)))

  withClock(clock) {
    val terms  = weights.zip(values).map { case (w, v) => term(w, v) } :+ correction
    val halves = Sum.carrySave(terms, correction.getWidth).map(RegEnable(_, enables.add))
    val bits   = total.getWidth
    val before = Reg(UInt(bits.W))
    val old    = Mux(enables.restart, 0.U, before)
    val excess = Fill(bits, true.B) << ShifterCorrection.log2Excess(a) // negative
    when(enables.accumulate) { before := Sum.finished(Seq(old, excess) ++ halves, bits) }
    total := before.asSInt
  }

  private def term(weight: ShifterWeight, value: UInt): UInt = {
    val fine = FineShift(value, weight.fine)
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
