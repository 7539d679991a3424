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
  * Every 8 x 8 multiplier is two 8 x 4 ones, of a signed byte and an unsigned nibble ([[BiasedWeights]]):
  * with 8-bit weights they are the halves of one weight, with 4-bit weights there are two dot products.
  * Either way the halves are summed apart and put together only when results leave.
  *
  * Three stages: multiply, add up the products of a word, accumulate. A finished tile moves to a result
  * register of its own, so that the next one can start at once.
  */
@instantiable
class DotProduct(a: Architecture) extends RawModule {
  private val productBits = 8 + BiasedWeights.NibbleBits // -128 * 15 and 127 * 15 fit

  @public val clock      = IO(Input(Clock()))
  @public val activation = IO(Input(UInt((a.depth * 8).W)))

  /** [[BiasedWeights]]. */
  @public val weight  = IO(Input(UInt((a.depth * 8).W)))
  @public val enables = IO(Input(new DotProductEnables))
  @public val low     = IO(Output(SInt(a.halfAccumulatorBits.W)))
  @public val high    = IO(Output(SInt(a.halfAccumulatorBits.W)))

  withClock(clock) {
    low  := total(k => nibble(2 * k))
    high := total(k => nibble(2 * k + 1))
  }

  private def nibble(i: Int): UInt =
    weight((i + 1) * BiasedWeights.NibbleBits - 1, i * BiasedWeights.NibbleBits)

  private def total(factor: Int => UInt): SInt = {
    val products = Reg(Vec(a.depth, SInt(productBits.W)))
    val sum      = Reg(SInt((productBits + Architecture.log2Ceil(a.depth)).W))
    when(enables.multiply) {
      for (k <- 0 until a.depth) {
        products(k) := Fit(activation(k * 8 + 7, k * 8).asSInt * factor(k).zext, productBits)
      }
    }
    when(enables.add) { sum := Sum(products, sum.getWidth) }
    TileSum(sum, a.halfAccumulatorBits, enables)
  }
}

/** Adds up the sums of the words of a tile; what is finished stays while the next tile is summed. */
object TileSum {
  def apply(sum: SInt, bits: Int, enables: DotProductEnables): SInt = {
    val running = Reg(SInt(bits.W))
    val result  = Reg(SInt(bits.W))
    val next    = Mux(enables.restart, 0.S, running) + sum
    when(enables.accumulate) { running := next }
    when(enables.finish) { result := next }
    result
  }
}
