package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.numerics.Tables
import org.p2vit.rtl.job.SoftmaxJob

/** Ports of [[Softmax]]. */
class SoftmaxIO(a: Architecture) extends ChunkIO(a) {
  val score     = new BufferShapes(a).score.read
  val scoreMax  = new BufferShapes(a).scoreMax.read
  val codeWrite = Decoupled(new BufferShapes(a).code.write)
  val tap       = Output(Valid(UInt((a.requantLanes * Tables.CODE_BITS).W)))
}

/** SOFTMAX: log2 softmax of row blocks (`SoftmaxJob`, docs/numerics.md section 5).
  *
  * Two passes over a row block's scores share one pipeline, one SCORE word [R][p] a cycle: SUM adds the
  * terms, CODE writes the codes. SUM of the next row block runs before CODE of this, so that the logarithms
  * of the sums are ready in time ([[SoftmaxPasses]]). The maxima of the rows, which MATMUL has found, are
  * read beside each word of scores.
  *
  * Pipeline: A distance from the maximum; B the same, scaled; C `t`; D term or code; E sum.
  */
class Softmax(a: Architecture) extends Module {
  val io = IO(new SoftmaxIO(a))

  private val p     = a.requantColumns
  private val job   = new JobInHand(a, io, classOf[SoftmaxJob])
  private val log   = Module(new SoftmaxLog(a))
  private val place = new CodePlace(a)

  private val writing = RegInit(false.B) // a CODE beat waits for the port
  private val advance = !writing || io.codeWrite.ready

  private val passes = new SoftmaxPasses(a, job, log.io.ready)
  private val wanted = passes.item.bits.scored.asUInt.orR
  private val (items, data) = ReadJoin(
    passes.item,
    ReadJoin.Source(io.score, passes.scoreWord, wanted, own = true),
    ReadJoin.Source(io.scoreMax, passes.scoreSlot, wanted, own = true)
  )
  items.ready := advance

  // A
  private val itemA  = RegEnable(items.bits, advance)
  private val validA = valid(items.valid)
  private val scores = bytes(data(0), a.requantLanes)
  private val maxima = bytes(data(1), a.rows)
  private val below =
    RegEnable(VecInit.tabulate(a.requantLanes)(i => LogDomain.below(maxima(i / p), scores(i))), advance)

  // B
  private val itemB  = RegEnable(itemA, advance)
  private val validB = valid(validA)
  private val scaled = RegEnable(VecInit(below.map(LogDomain.scaled)), advance)

  // C
  private val itemC  = RegEnable(itemB, advance)
  private val validC = valid(validB)
  private val t =
    RegEnable(VecInit(scaled.map(LogDomain.distance(_, job.unsignedField("shift")))), advance)

  // D, pass SUM
  private val itemD  = RegEnable(itemC, advance)
  private val validD = valid(validC && !itemC.isCode)
  private val terms = RegEnable(
    VecInit.tabulate(a.requantLanes)(i => Mux(itemC.scored(i % p), LogDomain.power(t(i)), 0.U)),
    advance
  )

  // E
  log.io.coded          := passes.coded
  log.io.add.valid      := validD && advance
  log.io.add.bits.first := itemD.first
  log.io.add.bits.last  := itemD.last
  log.io.add.bits.bank  := itemD.bank
  for (r <- 0 until a.rows) {
    val sum = log.io.add.bits.sums(r)
    sum := Sum.unfinished(terms.slice(r * p, (r + 1) * p), SoftmaxLog.sumBits(a), sum.length)
  }

  // D, pass CODE: the output register
  private val logs = log.io.logs(itemC.bank)
  private val codes = RegEnable(
    VecInit.tabulate(a.requantLanes)(i =>
      Mux(itemC.scored(i % p), LogDomain.code(t(i), logs(i / p)), Tables.CODE_ZERO.U)
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

  private def bytes(word: UInt, count: Int) =
    VecInit.tabulate(count)(i => word(i * 8 + 7, i * 8).asSInt)
}
