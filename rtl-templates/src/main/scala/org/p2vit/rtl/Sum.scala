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

  /** At most two numbers with the sum of `terms` modulo `2^bits`, by counters and full adders: no carry runs
    * along them.
    */
  def carrySave(terms: Seq[UInt], bits: Int): Seq[UInt] = {
    def reduced(numbers: Seq[UInt]) = carrySave(numbers.map(n => Fit(n, n.getWidth.min(bits))), bits)
    terms match {
      case few if few.length <= 2  => few.map(Fit(_, bits))
      case some if some.length < 5 => reduced(some.drop(3) ++ fullAdder(some.take(3)))
      case many                    => reduced(many.drop(6) ++ SixToThree(many.take(6)))
    }
  }

  private def fullAdder(three: Seq[UInt]): Seq[UInt] = {
    val numbers = three.map(_.pad(three.map(_.getWidth).max))
    Seq(numbers.reduce(_ ^ _), majority(numbers) ## 0.U(1.W))
  }

  /** Bit by bit, what two of the three have. */
  private[rtl] def majority(three: Seq[UInt]): UInt =
    three.combinations(2).map(_.reduce(_ & _)).reduce(_ | _)
}
