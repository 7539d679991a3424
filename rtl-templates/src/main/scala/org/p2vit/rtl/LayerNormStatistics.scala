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
  * Pipeline: elements; shifted elements and squares; sums over the lanes, unfinished; accumulators.
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

  private val reader = new LayerNormReader(a, io.read, io.rows, io.begin, io.start.fire)
  private val stream = reader.stream
  stream.ready := true.B
  io.busy      := stream.valid

  // Complete sums move from the ring to where they wait to be taken.
  private val complete = RegInit(false.B) // those in the ring
  private val waiting  = Module(new WaitingSums(a))
  private val move     = complete && waiting.io.empty

  // Row blocks that have started, but not moved. The next one may follow closely if the one before will move
  // as soon as it is complete.
  private val unmoved = RegInit(0.U(2.W))
  unmoved        := unmoved + io.start.fire - move
  io.start.ready := reader.free && (unmoved === 0.U || (unmoved === 1.U && waiting.io.empty))

  private val elements = LayerNormElement.register(a, stream, true.B)

  // Squares of the codes, not of the shifted codes: the multipliers stay small.
  private val tag2   = RegNext(elements.tag)
  private val valid2 = RegNext(elements.valid, false.B)
  private val ptf2   = RegNext(elements.ptf)
  private val x      = RegNext(elements.x)
  private val square = RegNext(VecInit(elements.codes.map(squared)))

  private val tag3   = RegNext(tag2)
  private val valid3 = RegNext(valid2, false.B)
  private val lanes  = Seq.tabulate(w.rowsPerGroup, w.lanesPerRow)((k, i) => k * w.lanesPerRow + i)
  private val added1 = lanes.map(row => register(row.map(i => Fit(x(i), w.s1).asUInt), w.s1))
  private val added2 = lanes.map(row => register(row.map(i => square(i) << (ptf2(i) ## 0.U(1.W))), w.s2))

  // A ring: the rows in hand are the first ones.
  private val ring = Reg(Vec(a.rows, new LayerNormSums(a)))
  private val now  = Wire(Vec(w.rowsPerGroup, new LayerNormSums(a)))
  for (k <- 0 until w.rowsPerGroup) {
    now(k).s1 := accumulated(ring(k).s1.asUInt, added1(k)).asSInt
    now(k).s2 := accumulated(ring(k).s2, added2(k))
  }
  when(valid3) {
    for (k <- 0 until w.rowsPerGroup) { ring(k) := now(k) }
    when(tag3.lastOfRow) {
      for (r <- 0 until a.rows) {
        val from = r + w.rowsPerGroup
        ring(r) := (if (from < a.rows) ring(from) else now(from - a.rows))
      }
    }
  }
  waiting.io.load := move
  waiting.io.rows := ring
  when(move) { complete := false.B }
  when(valid3 && tag3.last) { complete := true.B }

  io.sums <> waiting.io.sums

  /** `q * q`. Of a negative number the bits turned over are one less than its magnitude: a product without
    * signs is the smallest.
    */
  private def squared(q: SInt): UInt = {
    val negative  = q.head(1).asBool
    val turned    = q.tail(1) ^ Fill(q.getWidth - 1, negative)
    val oneLarger = Mux(negative, turned ## 1.U(1.W), 0.U)
    turned * turned +& oneLarger
  }

  private def register(terms: Seq[UInt], bits: Int): Seq[UInt] =
    Sum.unfinished(terms, bits, Sum.numbers(terms.length)).map(RegNext(_))

  private def accumulated(before: UInt, added: Seq[UInt]): UInt =
    Sum.finished(Mux(tag3.firstOfRow, 0.U, before) +: added, before.getWidth)
}
