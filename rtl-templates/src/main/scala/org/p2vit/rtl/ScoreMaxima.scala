package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** The largest score of each row of a row block, while its scores leave MATMUL.
  *
  * @param beat
  *   R x p scores
  * @param taken
  *   they leave in this cycle
  */
class ScoreMaxima(a: Architecture, beat: ResultBeat, taken: Bool) {
  private val p       = a.requantColumns
  private val started = RegInit(false.B) // some of the row block's scores have left
  private val before  = Reg(Vec(a.rows, UInt(8.W)))
  private val largest = Seq.tabulate(a.rows) { r =>
    val scores = Seq.tabulate(p)(c => beat.place.counts(c) ## inOrder(beat.values(r * p + c).asUInt))
    largestOf((started ## before(r)) +: scores)(7, 0)
  }

  /** R maxima of the row block's scores so far, with those of `beat`. */
  val maxima: Vec[SInt] = VecInit(largest.map(inOrder(_).asSInt))

  when(taken) {
    started := !beat.place.completesRow
    before  := largest
  }

  /** Signed bytes as unsigned ones in the same order, and back. */
  private def inOrder(byte: UInt): UInt = !byte(7) ## byte(6, 0)

  private def largestOf(numbers: Seq[UInt]): UInt =
    if (numbers.length <= ScoreMaxima.MostAtOnce) largestAtOnce(numbers)
    else largestOf(numbers.grouped(ScoreMaxima.AtOnce).map(largestAtOnce).toSeq)

  /** Compares each with each: wide, but not deep. */
  private def largestAtOnce(numbers: Seq[UInt]): UInt = {
    val pairs = for (j <- numbers.indices; i <- 0 until j) yield (i, j) -> atLeast(numbers(i), numbers(j))
    val beats = pairs.toMap
    def wins(i: Int) = numbers.indices
      .filter(_ != i)
      .map(j => if (i < j) beats((i, j)) else !beats((j, i)))
      .foldLeft(true.B)(_ && _)
    Mux1H(numbers.indices.map(wins), numbers)
  }

  /** `x >= y`, by digits that a look-up table compares at once. */
  private def atLeast(x: UInt, y: UInt): Bool = {
    def digits(n: UInt) = n.asBools.grouped(ScoreMaxima.DigitBits).map(VecInit(_).asUInt).toSeq
    digits(x).zip(digits(y)).foldLeft(true.B) { case (below, (i, j)) => i > j || (i === j && below) }
  }
}

object ScoreMaxima {

  /** Three numbers and what their comparisons say are six inputs. */
  private val AtOnce     = 3
  private val MostAtOnce = 4
  private val DigitBits  = 3
}
