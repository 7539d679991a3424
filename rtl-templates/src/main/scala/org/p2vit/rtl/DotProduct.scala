package org.p2vit.rtl

import chisel3._
import chisel3.experimental.hierarchy.{instantiable, public}

/** When each stage of [[DotProduct]] takes new values. */
class DotProductEnables extends Bundle {
  val multiply   = Bool()
  val add        = Bool()
  val accumulate = Bool()

  /** This sum is its tile's first: start from zero. */
  val restart = Bool()

  /** This sum is its tile's last: the total goes to the result. */
  val finish = Bool()
}

/** One element of the array: D bytes times D weights, summed over the words of a tile.
  *
  * Every 8 x 8 multiplier is two 8 x 4 ones. With 8-bit weights, the high nibbles are signed, the low ones
  * unsigned, and the dot product is `(high << 4) + low`; with 4-bit weights both are signed, and there are
  * two dot products. Either way the halves are summed apart and put together only when results leave.
  *
  * Three stages: multiply, add up the products of a word, accumulate. A finished tile moves to a result
  * register of its own, so that the next one can start at once.
  */
@instantiable
class DotProduct(a: Architecture) extends RawModule {
  private val half        = 4
  private val productBits = 8 + half // -128 * -8 and -128 * 15 both fit
  private val totalBits   = a.halfAccumulatorBits

  @public val clock      = IO(Input(Clock()))
  @public val activation = IO(Input(UInt((a.depth * 8).W)))
  @public val weight     = IO(Input(UInt((a.depth * 8).W)))

  /** Goes with the operands. */
  @public val weights4 = IO(Input(Bool()))
  @public val enables  = IO(Input(new DotProductEnables))
  @public val low      = IO(Output(SInt(totalBits.W)))
  @public val high     = IO(Output(SInt(totalBits.W)))

  withClock(clock) {
    low  := total(k => (weights4 && nibble(2 * k)(half - 1)) ## nibble(2 * k))
    high := total(k => nibble(2 * k + 1))
  }

  private def nibble(i: Int): UInt = weight(i * half + half - 1, i * half)

  private def total(factor: Int => UInt): SInt = {
    val products = Reg(Vec(a.depth, SInt(productBits.W)))
    val sum      = Reg(SInt((productBits + Architecture.log2Ceil(a.depth)).W))
    val running  = Reg(SInt(totalBits.W))
    val result   = Reg(SInt(totalBits.W))
    when(enables.multiply) {
      for (k <- 0 until a.depth) {
        products(k) := Fit(activation(k * 8 + 7, k * 8).asSInt * factor(k).asSInt, productBits)
      }
    }
    when(enables.add) { sum := products.reduceTree(_ +& _) }
    val next = Mux(enables.restart, 0.S, running) + sum
    when(enables.accumulate) { running := next }
    when(enables.finish) { result := next }
    result
  }
}
