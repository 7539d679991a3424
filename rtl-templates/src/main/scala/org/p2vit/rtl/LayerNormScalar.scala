package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.numerics.Tables

/** What a row's elements are normalized with.
  *
  *   - `mean`: 4 fractional bits
  *   - `factor`: `r`
  *   - `shift`: `h + 10 - l`
  */
class LayerNormScale(a: Architecture) extends Bundle {
  private val w = new LayerNormWidths(a)

  val mean   = SInt(w.mean.W)
  val factor = UInt(w.r.W)
  val shift  = UInt(w.zShift.W)
}

/** Constants of a LayerNorm job that the rows' scalars depend on. */
class LayerNormConstants(a: Architecture) extends Bundle {
  private val w = new LayerNormWidths(a)

  val channels     = UInt(w.channelsBits.W)
  val log2Channels = UInt(w.log2Bits.W)
  val reciprocal   = UInt(w.reciprocalBits.W)
  val epsilon      = UInt(w.epsilonBits.W)
}

/** From the sums of a row to the mean and the reciprocal standard deviation (docs/numerics.md section 7).
  *
  * One multiplier in a fixed schedule of ten cycles a row. A row takes three rounds: its products `S1*R`,
  * `S1^2` and `C*S2` in the first, the reciprocal square root in the second, the result at the start of the
  * third; three rows are in work at once. Operands selected in slot `s` give a product that is used in slot
  * `s + 2`:
  *
  * | slot | multiply                           | with the product                    |
  * |:-----|:-----------------------------------|:------------------------------------|
  * | 0    | `r1 * C` (row before)              | `r1 = RNE(product, 16)`             |
  * | 1    | `S1 * R` low                       | `W += C * S2 high`: the row before  |
  * | 2    | `S1 * R` high                      | `r = RNE(product, l)`; `h` from `W` |
  * | 3    | `S1 * S1` low                      | sum is `S1 * R` low; `m` from `W`   |
  * | 4    | `y0 * y0` (row before)             | add `S1 * R` high                   |
  * | 5    | `S1 * S1` high                     | `mean`; sum is `E - S1 * S1` low    |
  * | 6    | `y0 * y0 * m` (row before)         |                                     |
  * | 7    | `C * S2` low                       | subtract `S1 * S1` high             |
  * | 8    | `(3 * 2^16 - u) * y0` (row before) | `u = RNE(product, 30)`              |
  * | 9    | `C * S2` high                      | add `C * S2` low                    |
  *
  *   - `scale`: results, in the order of the rows; everything stands still while one is not taken
  */
class LayerNormScalar(a: Architecture) extends Module {
  import LayerNormScalar._

  private val w = new LayerNormWidths(a)

  val io = IO(new Bundle {
    val constants = Input(new LayerNormConstants(a))
    val sums      = Flipped(Decoupled(new LayerNormSums(a)))
    val scale     = Decoupled(new LayerNormScale(a))
  })

  private val slot = RegInit(0.U(log2Ceil(Slots).W))

  // The rows in their first, second and third round.
  private val rounds  = RegInit(VecInit.fill(3)(false.B))
  private val advance = !io.scale.valid || io.scale.ready
  when(slot === 0.U) {
    rounds := VecInit(io.sums.valid, rounds(0), rounds(1))
    when(io.sums.valid || rounds(0) || rounds(1)) { slot := 1.U }
  }.elsewhen(advance) { slot := Mux(slot === (Slots - 1).U, 0.U, slot + 1.U) }

  private val sumBits = w.s1.max(LimbBits + 1)
  private val s1      = io.sums.bits.s1.pad(sumBits)
  private val s2      = io.sums.bits.s2
  private val c       = io.constants
  io.sums.ready := slot === (Slots - 1).U && rounds(0)

  private val leftBits  = (sumBits + 1).max(32)
  private val rightBits = LimbBits + 2
  private val left      = Reg(SInt(leftBits.W))
  private val right     = Reg(SInt(rightBits.W))
  private val product   = Reg(SInt((leftBits + rightBits).W))
  private val total     = Reg(UInt(TotalBits.W))
  when(advance) { product := left * right }

  // Row in the second round.
  private val h      = Reg(UInt(log2Ceil(w.w / 2).W))
  private val m      = Reg(UInt(MantissaBits.W))
  private val y0     = Reg(UInt(GuessBits.W))
  private val isZero = Reg(Bool())

  private val mean       = Reg(SInt(w.mean.W))
  private val secondMean = Reg(SInt(w.mean.W))

  private val deviation = total(w.w - 1, 0)
  private val guess     = LayerNormScalar.guess(m)
  private val r1        = RoundShift(product, RefinedShift)

  switch(slot) {
    is(0.U) { multiply(r1, c.channels.zext) }
    is(1.U) { multiply(s1, c.reciprocal(LimbBits - 1, 0).zext) }
    is(2.U) { multiply(s1, (c.reciprocal >> LimbBits).zext) }
    is(3.U) { multiply(s1, s1.asUInt(LimbBits - 1, 0).zext) }
    is(4.U) { multiply(guess.zext, guess.zext) }
    is(5.U) { multiply(s1, s1 >> LimbBits) }
    is(6.U) { multiply(product, m.zext) }
    is(7.U) { multiply(s2(w.s1 - 1, 0).zext, c.channels.zext) }
    is(8.U) { multiply(Three - RoundShift(product, NewtonShift), y0.zext) }
    is(9.U) { multiply((s2 >> w.s1).zext, c.channels.zext) }
  }

  private val high = (product << LimbBits).asSInt
  switch(slot) {
    is(1.U) { total := total + wrap((product << w.s1).asSInt) }
    is(3.U) { total := wrap(product) }
    is(4.U) { total := total + wrap(high) }
    is(5.U) {
      total := c.epsilon - wrap(product)
      val shift = c.log2Channels +& (MeanShift - LayerNormWidths.MeanFraction).U
      mean := Fit(
        RoundShift(total.asSInt, shift, MeanShift - LayerNormWidths.MeanFraction + w.log2Channels),
        w.mean
      )
    }
    is(7.U) { total := total - wrap(high) }
    is(9.U) { total := total + wrap(product) }
  }

  private val pairs = VecInit.tabulate(w.w / 2)(i => deviation(2 * i + 1, 2 * i).orR)
  switch(slot) {
    is(2.U) {
      when(advance) { // the results of the row before are taken from these
        h          := (w.w / 2 - 1).U - PriorityEncoder(pairs.reverse)
        isZero     := deviation === 0.U
        secondMean := mean
      }
    }
    is(3.U) {
      val normalized = (deviation << (((w.w / 2 - 1).U - h) ## 0.U(1.W)))(w.w - 1, 0)
      m := normalized(w.w - 1, w.w - MantissaBits)
    }
    is(4.U) { y0 := guess }
  }

  io.scale.valid     := slot === 2.U && rounds(2)
  io.scale.bits.mean := secondMean
  io.scale.bits.factor := Mux(
    isZero,
    0.U,
    Fit(RoundShift(product, c.log2Channels, w.log2Channels).asUInt, w.r)
  )
  io.scale.bits.shift := Fit(h +& LayerNormWidths.NormalizedFraction.U - c.log2Channels, w.zShift)

  private def multiply(x: SInt, y: SInt): Unit = when(advance) {
    left  := Fit(x, leftBits)
    right := Fit(y, rightBits)
  }

  private def wrap(x: SInt) = Fit(x.asSInt, TotalBits).asUInt
}

object LayerNormScalar {
  private val Slots        = 10
  private val LimbBits     = 17
  private val TotalBits    = 64
  private val MantissaBits = 18
  private val GuessBits    = 15
  private val NewtonShift  = 30
  private val RefinedShift = 16
  private val MeanShift    = 23
  private val Three        = (3 << 16).S

  /** `y0`: a table of the mantissa's upper bits, from `2^16` on. */
  private def guess(m: UInt): UInt = {
    val table = Tables.reciprocalSqrt.toIndexedSeq
    val whole = Seq.fill((1 << 7) - table.length)(0) ++ table
    VecInit(whole.map(_.U(GuessBits.W)))(m(MantissaBits - 1, MantissaBits - 7))
  }
}
