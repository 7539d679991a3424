package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** The weights of a column as unsigned nibbles, which are cheaper to multiply by: a nibble `n` that is signed
  * (with 8-bit weights, the high one of each) becomes `n + 8`. A dot product is then too large by 8 times the
  * sum of its activations for each such nibble, whatever the weights: [[ActivationSum]] takes that away
  * again.
  */
object BiasedWeights {
  val NibbleBits = 4

  /** `log2` of what is added to a signed nibble. */
  val Log2Bias: Int = NibbleBits - 1

  /** @param weights
    *   bytes: 8-bit weights, or two 4-bit ones each
    */
  def apply(weights: UInt, weights4: Bool): UInt = {
    val sign = 1.U(1.W) ## 0.U(Log2Bias.W)
    weights ^ Fill(weights.getWidth / 8, sign ## Mux(weights4, sign, 0.U))
  }
}

/** What is to be added to the results of a row for the bias of the weights: a multiple of the sum of the
  * row's activations over the words of a tile. In step with [[DotProduct]].
  */
class ActivationSum(a: Architecture) extends Module {
  private val parts    = math.min(8, a.depth) // of a word, added in the first stage
  private val depthLog = Architecture.log2Ceil(a.depth)
  val io = IO(new Bundle {
    val activation = Input(UInt((a.depth * 8).W))
    val enables    = Input(new DotProductEnables)

    /** Of the tile that finishes. */
    val weights4   = Input(Bool())
    val correction = Output(SInt((a.halfAccumulatorBits + BiasedWeights.NibbleBits).W))
  })

  private val bytes = Seq.tabulate(a.depth)(k => io.activation(k * 8 + 7, k * 8).asSInt)
  private val added = bytes.grouped(a.depth / parts).map(Sum(_, 8 + depthLog)).toSeq
  private val words = RegEnable(VecInit(added), io.enables.multiply)
  private val sum   = RegEnable(-%(Sum(words, 8 + depthLog + 1)), io.enables.add)
  private val total = TileSum(sum, a.halfAccumulatorBits - BiasedWeights.Log2Bias, io.enables)
  private val small = RegEnable(io.weights4, io.enables.finish)
  private val byte  = BiasedWeights.Log2Bias + BiasedWeights.NibbleBits
  io.correction := Fit(
    Mux(small, (total << BiasedWeights.Log2Bias).asSInt.pad(total.getWidth + byte), total << byte),
    io.correction.getWidth
  )

  private def -%(x: SInt): SInt = 0.S -% x
}
