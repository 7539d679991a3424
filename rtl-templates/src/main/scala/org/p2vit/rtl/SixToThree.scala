package org.p2vit.rtl

import chisel3._

/** Six numbers as three with the same sum: each column of six bits is counted, and a LUT of six inputs makes
  * a digit of the count. That is half of what full adders take for it.
  *
  * A module of its own, so that a mapper that maps for depth leaves the columns as they are.
  *
  *   - `counts`: the digits of the columns' counts, of weight 1, 2 and 4
  */
class SixToThree(bits: Int) extends RawModule {
  val numbers = IO(Input(Vec(6, UInt(bits.W))))
  val counts  = IO(Output(Vec(3, UInt(bits.W))))

  private val (low, high) = numbers.splitAt(3)
  private val ones        = Seq(low, high).map(_.reduce(_ ^ _))
  private val carries     = Seq(low, high).map(Sum.majority) :+ (ones.head & ones.last)
  counts(0) := ones.reduce(_ ^ _)
  counts(1) := carries.reduce(_ ^ _)
  counts(2) := Sum.majority(carries)
}

object SixToThree {

  /** Three numbers with the sum of at most six. */
  def apply(numbers: Seq[UInt]): Seq[UInt] = {
    val bits    = numbers.map(_.getWidth).max
    val counter = Module(new SixToThree(bits))
    counter.numbers := VecInit(numbers.map(_.pad(bits)).padTo(6, 0.U(bits.W)))
    counter.counts.zipWithIndex.map { case (digits, i) => (digits << i).asUInt }
  }
}
