package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** p columns of a row block in one of the two passes.
  *
  *   - `isCode`: pass CODE, otherwise SUM
  *   - `first`, `last`: of the pass
  *   - `bank`: of the row block, see [[SoftmaxLog]]
  *   - `scored`: columns that are tokens
  */
class SoftmaxItem(a: Architecture) extends Bundle {
  val isCode = Bool()
  val first  = Bool()
  val last   = Bool()
  val bank   = Bool()
  val scored = Vec(a.requantColumns, Bool())
}

/** Orders the passes of a job: SUM(0) SUM(1) CODE(0) SUM(2) CODE(1) ... A row block whose waits do not hold
  * in time has its SUM after the CODE of the one before.
  *
  * @param job
  *   its row blocks are started here
  * @param logReady
  *   the logarithms that pass CODE needs are there, by bank
  */
class SoftmaxPasses(a: Architecture, job: JobInHand, logReady: Vec[Bool]) {
  private val p      = a.requantColumns
  private val states = Enum(3)
  private val idle   = states(0)
  private val sum    = states(1)
  private val code   = states(2)

  private val state  = RegInit(idle)
  private val word   = Reg(UInt(16.W))       // column / p
  private val summed = RegInit(0.U(2.W))     // row blocks with their SUM issued and their CODE to come
  private val sums   = new ScoreRing(a, job) // the row block of pass SUM
  private val codes  = new ScoreRing(a, job) // the row block of pass CODE

  private val lastToken  = job.unsignedField("tokens") - 1.U
  private val lastScored = lastToken >> log2Ceil(p)
  private val lastColumn = (job.unsignedField("columns") >> log2Ceil(p)).asUInt - 1.U
  private val isCode     = state === code

  /** What the pipeline does next. */
  val item: DecoupledIO[SoftmaxItem] = Wire(Decoupled(new SoftmaxItem(a)))

  /** SCORE word of the item. */
  val scoreWord: UInt = Mux(isCode, codes.word, sums.word) + word

  /** SCORE_MAX word of the item. */
  val scoreSlot: UInt = Mux(isCode, codes.slot, sums.slot)

  private val ends = item.fire && item.bits.last

  /** Of the banks: the logarithms in it have done their duty once the items issued so far have passed. */
  val coded: Vec[Bool] = VecInit(Seq(false.B, true.B).map(ends && isCode && codes.bank === _))

  /** Nothing is left to issue. */
  val finished: Bool = state === idle && summed === 0.U && job.exhausted

  item.valid       := state =/= idle
  item.bits.isCode := isCode
  item.bits.first  := word === 0.U
  item.bits.last   := word === Mux(isCode, lastColumn, lastScored)
  item.bits.bank   := Mux(isCode, codes.bank, sums.bank)
  for (c <- 0 until p) {
    val inside = if (p == 1) true.B else c.U <= lastToken(log2Ceil(p) - 1, 0)
    item.bits.scored(c) := word < lastScored || (word === lastScored && inside)
  }

  when(item.fire) { word := Mux(item.bits.last, 0.U, word + 1.U) }
  when(ends) {
    when(isCode) { codes.next() }.otherwise { sums.next() }
  }

  // At the end of a pass or between passes. A bank of logarithms is free for each row block but the third.
  private val left = Mux(ends, Mux(isCode, summed - 1.U, summed + 1.U), summed)
  private val bank = codes.bank ^ (ends && isCode)
  summed := left
  when(ends || state === idle) {
    when(job.open && left < 2.U) {
      job.startRow()
      state := sum
    }.elsewhen(left =/= 0.U && logReady(bank)) { state := code }
      .otherwise { state := idle }
  }
}

/** A row block's place in the rings of scores, of maxima and of logarithms; at first that of a job's first
  * row block.
  */
private class ScoreRing(a: Architecture, job: JobInHand) {
  private val slots = a.buffers.scoreSlots
  private val words = a.buffers.scoreSlotWords

  /** SCORE_MAX word. */
  val slot: UInt = Reg(UInt(Address.bits(slots).W))

  /** First SCORE word. */
  val word: UInt = Reg(UInt(Address.bits(slots * words).W))

  /** Row blocks alternate between two banks of logarithms. */
  val bank: Bool = RegInit(false.B)

  when(job.first) {
    val first = job.unsignedField("scoreSlot")
    slot := Fit(first, slot.getWidth)
    word := Fit(first * words.U, word.getWidth)
  }

  /** The row block after this one. */
  def next(): Unit = {
    val wraps = slot === (slots - 1).U
    slot := Mux(wraps, 0.U, slot + 1.U)
    word := Mux(wraps, 0.U, word + words.U)
    bank := !bank
  }
}
