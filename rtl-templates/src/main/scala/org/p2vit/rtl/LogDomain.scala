package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.numerics.Tables

/** The formulas of softmax's log domain (docs/numerics.md section 5), combinational. */
object LogDomain {
  private val DistanceBits = log2Ceil(Tables.LOG_MAX + 1)
  private val MaxShift     = 12

  /** Fractional bits of a term. */
  private val PowFraction = 15

  /** No sum of terms is smaller. */
  private val MinExponent = 5

  /** Bits of `L`, signed. */
  def logBits(sumBits: Int): Int = {
    val magnitude = math.max(PowFraction - MinExponent, sumBits - PowFraction) << Tables.LOG_FRACTION
    1 + log2Ceil(magnitude + 1)
  }

  /** `d`, of a score not above `max`. */
  def below(max: SInt, score: SInt): UInt = (max -& score).asUInt(7, 0)

  /** `d * log2(e)`, unscaled. */
  def scaled(d: UInt): UInt = (d * Tables.LOG2E.U)(log2Ceil(255 * Tables.LOG2E + 1) - 1, 0)

  /** `t`. */
  def distance(scaled: UInt, shift: UInt): UInt = {
    require(Tables.LOG_MAX == (1 << DistanceBits) - 1)
    RoundShift.limited(scaled, Shift(shift, MaxShift), DistanceBits)
  }

  /** `2^-t`, at most `2^15`. */
  def power(t: UInt): UInt = {
    val index = t(Tables.LOG_FRACTION - 1, Tables.LOG_FRACTION - 5)
    lookUp(Tables.pow, index) >> t(DistanceBits - 1, Tables.LOG_FRACTION)
  }

  /** `L` in two parts that a register can separate: exponent and mantissa of the sum. */
  def exponent(sum: UInt): UInt = (sum.getWidth - 1).U - PriorityEncoder(Reverse(sum))

  /** The five bits below the leading one. */
  def mantissa(sum: UInt, exponent: UInt): UInt = {
    val shifted = sum << ((sum.getWidth - 1).U - exponent)
    shifted(sum.getWidth - 2, sum.getWidth - 6)
  }

  /** `L`. */
  def log(exponent: UInt, mantissa: UInt, bits: Int): SInt =
    Fit(((exponent.zext -& PowFraction.S) << Tables.LOG_FRACTION) +& lookUp(Tables.log, mantissa).zext, bits)

  /** The attention code. */
  def code(t: UInt, log: SInt): UInt = {
    val a = RoundShift(t.zext +& log, Shift(Tables.LOG_FRACTION))
    Mux(a < 0.S, 0.U, Mux(a >= Tables.CODE_ZERO.S, Tables.CODE_ZERO.U, a.asUInt(Tables.CODE_BITS - 1, 0)))
  }

  private def lookUp(table: Array[Int], index: UInt) =
    VecInit(table.toIndexedSeq.map(_.U(log2Ceil(table.max + 1).W)))(index)
}
