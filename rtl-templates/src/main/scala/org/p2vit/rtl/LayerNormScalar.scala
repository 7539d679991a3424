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
  * One multiplier in a fixed schedule of ten slots a row. A slot is as long as a product takes
  * (`Economy.scalarCycles`, by default one cycle). A row takes three rounds: its products `S1*R`, `S1^2` and
  * `C*S2` in the first, the reciprocal square root in the second, the result at the start of the third; three
  * rows are in work at once. Operands selected in slot `s` give a product that is used in slot `s + 2`:
  *
  * | slot | multiply                           | with the product                    |
  * |:-----|:-----------------------------------|:------------------------------------|
  * | 0    | `r1 * C` (row before)              | `r1 = RNE(product, 16)`             |
  * | 1    | `S1 * R` low                       | `W += C * S2 high`: the row before  |
  * | 2    | `S1 * R` high                      | `r = RNE(product, l)`; `h` from `W` |
  * | 3    | `S1 * S1` low                      | sum is `S1 * R` low; `m` from `W`   |
  * | 4    | `m * y0` (row before)              | add `S1 * R` high                   |
  * | 5    | `S1 * S1` high                     | `mean`; sum is `E - S1 * S1` low    |
  * | 6    | `m * y0 * y0` (row before)         |                                     |
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

  // In the last cycle of a slot, which lasts until there is something to do.
  private val begun   = Wire(Bool())
  private val tick    = ticks(a.economy.scalarCycles, begun)
  private val advance = tick && (!io.scale.valid || io.scale.ready)

  // The rows in their first, second and third round.
  private val rounds = RegInit(VecInit.fill(3)(false.B))
  private val work   = io.sums.valid || rounds(0) || rounds(1)
  begun := advance && (slot =/= 0.U || work)
  when(tick && slot === 0.U) {
    rounds := VecInit(io.sums.valid, rounds(0), rounds(1))
    when(work) { slot := 1.U }
  }.elsewhen(advance) { slot := Mux(slot === (Slots - 1).U, 0.U, slot + 1.U) }

  /** Of `S1` and `R`, which are too long for `right`. */
  private val limbBits = if (a.economy.scalarCycles == 1) 16 else SerialBits - 1

  private val sumBits = w.s1.max(limbBits + 1)
  private val s1      = io.sums.bits.s1.pad(sumBits)
  private val s2      = io.sums.bits.s2
  private val c       = io.constants
  io.sums.ready := tick && slot === (Slots - 1).U && rounds(0)

  private val leftBits   = (sumBits + 1).max(MantissaBits + GuessBits + 1)
  private val rightBits  = limbBits + 1
  private val left       = Reg(SInt(leftBits.W))
  private val right      = Reg(SInt(rightBits.W))
  private val product    = Reg(SInt((leftBits + rightBits).W))
  private val totalBits  = w.w.max(w.s1 + w.reciprocalBits) // `W`, or `S1 * R` with its sign
  private val total      = Reg(UInt(totalBits.W))
  private val multiplied = multiplier(a.economy.scalarCycles)
  when(advance) { product := multiplied }

  // Row in the second round.
  private val h      = Reg(UInt(log2Ceil(w.w / 2).W))
  private val m      = Reg(UInt(MantissaBits.W))
  private val y0     = Reg(UInt(GuessBits.W))
  private val isZero = Reg(Bool())

  private val mean       = Reg(SInt(w.mean.W))
  private val secondMean = Reg(SInt(w.mean.W))

  private val deviation = total(w.w - 1, 0)
  private val guess     = LayerNormScalar.guess(m)
  private val r1        = RoundShift(Fit(product, RefinedShift + w.r + 2), Shift(RefinedShift))

  private val u = RoundShift(Fit(product, 2 * GuessBits + MantissaBits + 1), Shift(NewtonShift))

  when(advance) {
    left := choose(leftBits)(
      at(0)          -> r1,
      at(1, 2, 3, 5) -> s1,
      at(4)          -> m.zext,
      at(6)          -> product,
      at(7)          -> s2(w.s1 - 1, 0).zext,
      at(8)          -> (Three - u),
      at(9)          -> (s2 >> w.s1).zext
    )
    right := choose(rightBits)(
      at(0, 7, 9) -> c.channels.zext,
      at(1)       -> c.reciprocal(limbBits - 1, 0).zext,
      at(2)       -> (c.reciprocal >> limbBits).zext,
      at(3)       -> s1.asUInt(limbBits - 1, 0).zext,
      at(4)       -> guess.zext,
      at(5)       -> (s1 >> limbBits),
      at(6, 8)    -> y0.zext
    )
  }

  // One adder for all sums.
  private val before = choose(totalBits)(at(1, 4, 7, 9) -> total.asSInt, at(5) -> c.epsilon.zext)
  private val added = choose(totalBits)(
    at(1)       -> (product << w.s1).asSInt,
    at(4, 7)    -> (product << limbBits).asSInt,
    at(3, 5, 9) -> product
  )
  when(tick && at(1, 3, 4, 5, 7, 9)) { total := addOrSubtract(before, added, at(5, 7)).asUInt }
  when(tick && at(5)) {
    val least = MeanShift - LayerNormWidths.MeanFraction
    val shift = Shift(Fit(c.log2Channels, log2Ceil(w.log2Channels + 1)), least, least + w.log2Channels)
    mean := RoundShift.fitting(total.asSInt, shift, w.mean)
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

  io.scale.valid     := tick && slot === 2.U && rounds(2)
  io.scale.bits.mean := secondMean
  io.scale.bits.factor := Mux(
    isZero,
    0.U,
    Fit(RoundShift.fitting(product, Shift(c.log2Channels, w.log2Channels), w.r + 1).asUInt, w.r)
  )
  io.scale.bits.shift := Fit(h +& LayerNormWidths.NormalizedFraction.U - c.log2Channels, w.zShift)

  /** `left * right`, in the last cycle of a slot. With several cycles to it, `right` leaves by some digits a
    * cycle, and the finished low digits of the product take their place.
    */
  private def multiplier(cycles: Int): SInt =
    if (cycles == 1) left * right
    else {
      val digit   = SerialBits / cycles
      val started = RegNext(begun, false.B)
      val sum     = Reg(SInt((leftBits + 1).W))
      val sofar   = Mux(started, 0.S, sum)
      val next =
        if (digit == 1)
          addOrSubtract(sofar.pad(leftBits + 2), Mux(right(0), left, 0.S).pad(leftBits + 2), tick)
        else sofar +& left * ((tick && right(digit - 1)) ## right(digit - 1, 0)).asSInt
      val rest = (next(digit - 1, 0) ## right(rightBits - 1, digit)).asSInt
      when(!tick) {
        sum   := Fit((next >> digit).asSInt, leftBits + 1)
        right := rest
      }
      Fit((next.asUInt ## right.asUInt(rightBits - 1, digit)).asSInt, leftBits + rightBits)
    }

  private def at(slots: Int*): Bool = slots.map(slot === _.U).reduce(_ || _)

  /** What stands at the condition that holds, in so many bits; zero if none does. */
  private def choose(bits: Int)(from: (Bool, SInt)*): SInt =
    Mux1H(from.map { case (when, x) => when -> Fit(x, bits).asUInt }).asSInt

  /** `x + y`, or `x - y`, in the bits of both: one carry chain. */
  private def addOrSubtract(x: SInt, y: SInt, subtract: Bool): SInt = {
    require(x.getWidth == y.getWidth)
    val sum = (x.asUInt ## 1.U(1.W)) + ((y.asUInt ^ Fill(y.getWidth, subtract)) ## subtract)
    sum(x.getWidth, 1).asSInt
  }
}

object LayerNormScalar {
  private val Slots        = 10
  private val SerialBits   = 16 // of `right`
  private val MantissaBits = 18
  private val GuessBits    = 15
  private val NewtonShift  = 30
  private val RefinedShift = 16
  private val MeanShift    = 23
  private val Three        = (3 << 16).S

  /** High in the last of `cycles` cycles from a slot's first on, and until the next slot has `begun`. */
  private def ticks(cycles: Int, begun: Bool): Bool =
    if (cycles == 1) true.B
    else {
      val left = RegInit(0.U(log2Ceil(cycles).W))
      when(begun) { left := (cycles - 1).U }.elsewhen(left =/= 0.U) { left := left - 1.U }
      left === 0.U
    }

  /** `y0`: a table of the mantissa's upper bits, from `2^16` on. */
  private def guess(m: UInt): UInt = {
    val table = Tables.reciprocalSqrt.toIndexedSeq
    val whole = Seq.fill((1 << 7) - table.length)(0) ++ table
    VecInit(whole.map(_.U(GuessBits.W)))(m(MantissaBits - 1, MantissaBits - 7))
  }
}
