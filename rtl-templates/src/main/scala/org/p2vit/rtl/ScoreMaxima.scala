package org.p2vit.rtl

import chisel3._

/** The largest score of each row of a row block, while its scores leave MATMUL.
  *
  * @param beat
  *   R x p scores
  * @param taken
  *   they leave in this cycle
  */
class ScoreMaxima(a: Architecture, beat: ResultBeat, taken: Bool) {
  private val p       = a.requantColumns
  private val lowest  = (-128).S(8.W)
  private val started = RegInit(false.B) // some of the row block's scores have left
  private val before  = Reg(Vec(a.rows, SInt(8.W)))

  /** R maxima of the row block's scores so far, with those of `beat`. */
  val maxima: Vec[SInt] = VecInit.tabulate(a.rows) { r =>
    val scores = Seq.tabulate(p)(c =>
      Mux(c.U <= beat.place.lastColumn, beat.values(r * p + c).asUInt(7, 0).asSInt, lowest)
    )
    VecInit(scores :+ Mux(started, before(r), lowest)).reduceTree((x, y) => Mux(x > y, x, y))
  }

  when(taken) {
    started := !beat.place.completesRow
    before  := maxima
  }
}
