package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** p columns of a row block in one of the three passes.
  *
  *   - `isMax`, `isSum`, `isCode`: the pass, one-hot
  *   - `first`, `last`: of the pass
  *   - `scored`: columns that are tokens
  */
class SoftmaxItem(a: Architecture) extends Bundle {
  val isMax  = Bool()
  val isSum  = Bool()
  val isCode = Bool()
  val first  = Bool()
  val last   = Bool()
  val scored = Vec(a.requantColumns, Bool())
}

/** Orders the passes of a job: MAX(0) SUM(0) MAX(1) CODE(0) SUM(1) MAX(2) CODE(1) ... A row block whose waits
  * do not hold in time has its MAX after the CODE of the one before.
  *
  * @param job
  *   its row blocks are started here
  * @param logReady
  *   the logarithms that pass CODE needs are there
  */
class SoftmaxPasses(a: Architecture, job: JobInHand, logReady: Bool) {
  private val p      = a.requantColumns
  private val states = Enum(4)
  private val idle   = states(0)
  private val max    = states(1)
  private val sum    = states(2)
  private val code   = states(3)

  private val state = RegInit(idle)
  private val owed  = RegInit(false.B) // pass CODE of the row block before is to come
  private val ahead = RegInit(false.B) // pass MAX of the row block after is done
  private val word  = Reg(UInt(16.W))  // column / p

  // First words of SCORE slots: of the row block that starts next, that is in MAX or SUM, that is in CODE.
  private val slots = a.buffers.scoreSlots
  private val words = a.buffers.scoreSlotWords
  private val bits  = Address.bits(slots * words)
  private val next  = Reg(UInt(bits.W))
  private val newer = Reg(UInt(bits.W))
  private val older = Reg(UInt(bits.W))

  private val lastToken  = job.unsignedField("tokens") - 1.U
  private val lastScored = lastToken >> log2Ceil(p)
  private val lastColumn = (job.unsignedField("columns") >> log2Ceil(p)).asUInt - 1.U

  /** What the pipeline does next. */
  val item: DecoupledIO[SoftmaxItem] = Wire(Decoupled(new SoftmaxItem(a)))

  /** SCORE word of the item. */
  val address: UInt = Mux(state === code, older, newer) + word

  /** Nothing is left to issue. */
  val finished: Bool = state === idle && job.exhausted

  item.valid       := state =/= idle && (state =/= code || logReady)
  item.bits.isMax  := state === max
  item.bits.isSum  := state === sum
  item.bits.isCode := state === code
  item.bits.first  := word === 0.U
  item.bits.last   := word === Mux(state === code, lastColumn, lastScored)
  for (c <- 0 until p) {
    val inside = if (p == 1) true.B else c.U <= lastToken(log2Ceil(p) - 1, 0)
    item.bits.scored(c) := word < lastScored || (word === lastScored && inside)
  }

  when(job.first) { next := slot(job.unsignedField("scoreSlot")) }
  when(item.fire) { word := word + 1.U }
  when(state === idle) {
    when(job.open) { startMax() }
  }.elsewhen(item.fire && item.bits.last) {
    word := 0.U
    switch(state) {
      is(max) {
        state := Mux(owed, code, sum)
        ahead := owed
      }
      is(sum) {
        owed  := true.B
        older := newer
        when(job.open) { startMax() }.otherwise { state := code }
      }
      is(code) {
        owed  := false.B
        ahead := false.B
        state := Mux(ahead, sum, idle)
      }
    }
  }

  private def startMax(): Unit = {
    job.startRow()
    state := max
    word  := 0.U
    newer := next
    next  := Mux(next === ((slots - 1) * words).U, 0.U, next + words.U)
  }

  private def slot(index: UInt) = Fit(index * words.U, bits)
}
