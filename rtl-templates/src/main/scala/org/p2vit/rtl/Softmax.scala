package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.numerics.Tables
import org.p2vit.rtl.job.SoftmaxJob

/** Ports of [[Softmax]]. */
class SoftmaxIO(a: Architecture) extends ChunkIO {
  val score     = new BufferShapes(a).score.read
  val codeWrite = Decoupled(new BufferShapes(a).code.write)
  val tap       = Output(Valid(UInt((a.requantLanes * Tables.CODE_BITS).W)))
}

/** SOFTMAX: log2 softmax of row blocks (`SoftmaxJob`, docs/numerics.md section 5).
  *
  * Three passes over a row block's scores share one pipeline, one SCORE word [R][p] a cycle: MAX finds the
  * maxima, SUM adds the terms, CODE writes the codes. The first pass of the next row block runs before the
  * last one of this, so that the logarithm of the sums is ready in time ([[SoftmaxPasses]]).
  *
  * Pipeline: A scores; B scaled distance from the maximum; C `t`; D term or code; E sum.
  */
class Softmax(a: Architecture) extends Module {
  val io = IO(new SoftmaxIO(a))

  private val p     = a.requantColumns
  private val job   = new JobInHand(io, classOf[SoftmaxJob])
  private val log   = Module(new SoftmaxLog(a))
  private val place = new CodePlace(a)

  private val writing = RegInit(false.B) // a CODE beat waits for the port
  private val advance = !writing || io.codeWrite.ready

  private val passes = new SoftmaxPasses(a, job, log.io.ready)
  private val (items, data) =
    ReadJoin(passes.item, ReadJoin.Source(io.score, passes.address, passes.item.bits.scored.asUInt.orR))
  items.ready := advance

  // A
  private val itemA  = RegEnable(items.bits, advance)
  private val validA = valid(items.valid)
  private val scores = RegEnable(lanes(data.head), advance)

  // Maxima: of the row block in pass MAX or SUM, and of the one in pass CODE.
  private val newest    = Reg(Vec(a.rows, SInt(8.W)))
  private val older     = Reg(Vec(a.rows, SInt(8.W)))
  private val reference = VecInit(newest.zip(older).map { case (n, o) => Mux(itemA.isCode, o, n) })
  when(advance && validA) {
    when(itemA.isMax) {
      for (r <- 0 until a.rows) {
        val candidates =
          Seq.tabulate(p)(c => Mux(itemA.scored(c), scores(r * p + c), Softmax.LowestScore)) :+
            Mux(itemA.first, Softmax.LowestScore, newest(r))
        newest(r) := VecInit(candidates).reduceTree((x, y) => Mux(x > y, x, y))
      }
    }
    when(itemA.isSum) { older := newest }
  }

  // B
  private val itemB  = RegEnable(itemA, advance)
  private val validB = valid(validA)
  private val scaled = RegEnable(
    VecInit.tabulate(a.requantLanes)(i => LogDomain.scaled(reference(i / p), scores(i))),
    advance
  )

  // C
  private val itemC  = RegEnable(itemB, advance)
  private val validC = valid(validB)
  private val t =
    RegEnable(VecInit(scaled.map(LogDomain.distance(_, job.unsignedField("shift")))), advance)

  // D, pass SUM
  private val itemD  = RegEnable(itemC, advance)
  private val validD = valid(validC && itemC.isSum)
  private val terms = RegEnable(
    VecInit.tabulate(a.requantLanes)(i => Mux(itemC.scored(i % p), LogDomain.power(t(i)), 0.U)),
    advance
  )

  // E
  log.io.clear          := passes.item.fire && passes.item.bits.isSum
  log.io.add.valid      := validD && advance
  log.io.add.bits.first := itemD.first
  log.io.add.bits.last  := itemD.last
  for (r <- 0 until a.rows) {
    log.io.add.bits.sums(r) := VecInit(terms.slice(r * p, (r + 1) * p)).reduceTree(_ +& _)
  }

  // D, pass CODE: the output register
  private val codes = RegEnable(
    VecInit.tabulate(a.requantLanes)(i =>
      Mux(itemC.scored(i % p), LogDomain.code(t(i), log.io.logs(i / p)), Tables.CODE_ZERO.U)
    ),
    advance
  )
  private val lastOfRow = RegEnable(itemC.last, advance)
  when(advance) { writing := validC && itemC.isCode }

  io.codeWrite.valid := writing
  io.codeWrite.bits  := place.write(codes)
  io.done            := io.codeWrite.fire && lastOfRow
  when(job.first) { place.begin(job.unsignedField("codeSlot")) }
  when(io.codeWrite.fire) { place.advance(lastOfRow) }

  io.tap.valid := io.codeWrite.fire
  io.tap.bits  := codes.asUInt
  dontTouch(io.tap)

  private val inPipeline = items.valid || validA || validB || validC || validD || writing
  io.busy := inPipeline
  when(job.valid && passes.finished && !inPipeline) { job.finish() }

  private def valid(before: Bool) = RegEnable(before, false.B, advance)

  private def lanes(word: UInt) =
    VecInit.tabulate(a.requantLanes)(i => word(i * 8 + 7, i * 8).asSInt)
}

object Softmax {
  private val LowestScore = (-128).S(8.W)
}
