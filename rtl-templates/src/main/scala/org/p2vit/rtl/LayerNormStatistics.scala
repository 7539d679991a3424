package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Sums of a row: `S1` and `S2`. */
class LayerNormSums(a: Architecture) extends Bundle {
  private val w = new LayerNormWidths(a)

  val s1 = SInt(w.s1.W)
  val s2 = UInt(w.s2.W)
}

/** LayerNorm's first pass: the sums of the rows of a row block, taken from it one by one in the order of the
  * rows.
  *
  * Pipeline: elements; shifted elements and squares; sums over the lanes; accumulators.
  */
class LayerNormStatistics(a: Architecture) extends Module {
  private val w = new LayerNormWidths(a)

  val io = IO(new Bundle {
    val begin = Input(Bool())
    val rows  = Input(new LayerNormRows(a))
    val start = Flipped(Decoupled()) // of a row block
    val read  = new LayerNormRead(a)
    val sums  = Decoupled(new LayerNormSums(a))
    val busy  = Output(Bool())
  })

  private val stream = new LayerNormReader(a, io.read, io.rows, io.begin, io.start.fire).stream
  stream.ready := true.B

  // Rows whose sums are complete and still here.
  private val complete = RegInit(0.U(log2Ceil(a.rows + 1).W))
  private val working  = RegInit(false.B)
  io.start.ready := !working
  io.busy        := stream.valid

  private val elements = LayerNormElement.register(a, stream, true.B)

  // Squares of the codes, not of the shifted codes: the multipliers stay small.
  private val tag2   = RegNext(elements.tag)
  private val valid2 = RegNext(elements.valid, false.B)
  private val ptf2   = RegNext(elements.ptf)
  private val x      = RegNext(elements.x)
  private val square = RegNext(VecInit(elements.codes.map(q => (q * q).asUInt(2 * a.residualBits - 2, 0))))

  private val tag3   = RegNext(tag2)
  private val valid3 = RegNext(valid2, false.B)
  private val added = RegNext(VecInit.tabulate(w.rowsPerGroup) { k =>
    val lanes = (0 until w.lanesPerRow).map(_ + k * w.lanesPerRow)
    val sums  = Wire(new LayerNormSums(a))
    sums.s1 := Fit(VecInit(lanes.map(x(_))).reduceTree(_ +& _), w.s1)
    val squares = lanes.map(i => (square(i) << (ptf2(i) ## 0.U(1.W))).asUInt)
    sums.s2 := Fit(VecInit(squares).reduceTree(_ +& _), w.s2)
    sums
  })

  // A ring: the rows in hand are the first ones.
  private val ring = Reg(Vec(a.rows, new LayerNormSums(a)))
  private val now  = Wire(Vec(w.rowsPerGroup, new LayerNormSums(a)))
  for (k <- 0 until w.rowsPerGroup) {
    now(k).s1 := Mux(tag3.firstOfRow, 0.S, ring(k).s1) + added(k).s1
    now(k).s2 := Mux(tag3.firstOfRow, 0.U, ring(k).s2) + added(k).s2
  }
  when(valid3) {
    for (k <- 0 until w.rowsPerGroup) { ring(k) := now(k) }
    when(tag3.lastOfRow) {
      for (r <- 0 until a.rows) {
        val from = r + w.rowsPerGroup
        ring(r) := (if (from < a.rows) ring(from) else now(from - a.rows))
      }
    }
    when(tag3.last) { complete := a.rows.U }
  }
  when(io.sums.fire) {
    complete := complete - 1.U
    for (r <- 1 until a.rows) { ring(r - 1) := ring(r) }
    when(complete === 1.U) { working := false.B }
  }
  when(io.start.fire) { working := true.B }

  io.sums.valid := complete =/= 0.U
  io.sums.bits  := ring(0)
}
