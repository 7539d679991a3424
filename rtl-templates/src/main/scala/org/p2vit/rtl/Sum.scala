package org.p2vit.rtl

import chisel3._

/** Sums of several numbers. */
object Sum {

  /** In how many numbers [[unfinished]] leaves the sum of so many terms: two or three are added at once, of
    * more the carries would run through too many adders.
    */
  def numbers(terms: Int): Int = if (terms > 3) 2 else 1

  /** So many numbers with the sum of `terms` modulo `2^bits`.
    *
    * @param count
    *   one or two
    */
  def unfinished(terms: Seq[UInt], bits: Int, count: Int): Seq[UInt] =
    if (count == 1) Seq(finished(terms, bits)) else carrySave(terms, bits)

  /** The sum of `terms` modulo `2^bits`. */
  def finished(terms: Seq[UInt], bits: Int): UInt = terms.map(Fit(_, bits)).reduce(_ +% _)

  /** One sum of terms that are all as wide as the result: synthesis makes a tree of compressors and one carry
    * chain of it, or whatever else suits it.
    */
  def apply(terms: Seq[SInt], bits: Int): SInt = terms.map(Fit(_, bits)).reduce(_ +% _)

  /** At most two numbers with the sum of `terms` modulo `2^bits`, by full adders: no carry runs along them.
    */
  def carrySave(terms: Seq[UInt], bits: Int): Seq[UInt] =
    if (terms.length <= 2) terms.map(Fit(_, bits))
    else {
      val next = terms.map(Fit(_, bits)).grouped(3).flatMap {
        case Seq(x, y, z) => Seq(x ^ y ^ z, ((x & y | x & z | y & z) ## 0.U(1.W))(bits - 1, 0))
        case few          => few
      }
      carrySave(next.toSeq, bits)
    }
}
