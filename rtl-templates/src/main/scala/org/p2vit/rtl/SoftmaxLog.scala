package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Sums of terms, one a row, each in so many numbers.
  *
  *   - `first`, `last`: of a row block
  *   - `bank`: where its logarithms go
  */
class SoftmaxSums(a: Architecture) extends Bundle {
  val first = Bool()
  val last  = Bool()
  val bank  = Bool()
  val sums  = Vec(a.rows, Vec(Sum.numbers(a.requantColumns), UInt(SoftmaxLog.sumBits(a).W)))
}

/** Accumulates the terms of the rows of a row block, and takes the logarithms of the sums, one row a cycle,
  * while the terms of the next row block are accumulated. Two banks hold the logarithms: one is filled while
  * the other is in use.
  *
  *   - `add`: terms to add
  *   - `ready`: a bank holds the logarithms of a row block
  *   - `coded`: it does not any more
  */
class SoftmaxLog(a: Architecture) extends Module {
  private val sumBits = SoftmaxLog.sumBits(a)
  private val logBits = LogDomain.logBits(sumBits)

  val io = IO(new Bundle {
    val add   = Flipped(Valid(new SoftmaxSums(a)))
    val ready = Output(Vec(2, Bool()))
    val coded = Input(Vec(2, Bool()))
    val logs  = Output(Vec(2, Vec(a.rows, SInt(logBits.W))))
  })

  private val sums     = Reg(chiselTypeOf(io.add.bits.sums))
  private val sumsBank = RegEnable(io.add.bits.bank, io.add.valid)
  private val complete = RegInit(false.B) // all terms are in `sums`

  private val rows      = Reg(Vec(a.rows, UInt(sumBits.W))) // sums whose logarithms are taken
  private val rowsBank  = Reg(Bool())
  private val remaining = RegInit(0.U(log2Ceil(a.rows + 1).W))
  private val taking    = remaining =/= 0.U
  private val taken     = RegNext(taking, false.B)
  private val logs      = Reg(Vec(2, Vec(a.rows, SInt(logBits.W))))
  private val ready     = RegInit(VecInit.fill(2)(false.B))

  when(io.add.valid) {
    for (r <- 0 until a.rows) {
      val before = sums(r).map(Mux(io.add.bits.first, 0.U, _))
      sums(r) := Sum.unfinished(before ++ io.add.bits.sums(r), sumBits, before.length)
    }
  }

  // Row 0 is always next: the rows move up, and so do their logarithms from the end.
  private val exponent = LogDomain.exponent(rows(0))
  private val mantissa = LogDomain.mantissa(rows(0), exponent)
  when(taking) {
    remaining := remaining - 1.U
    for (r <- 1 until a.rows) { rows(r - 1) := rows(r) }
  }
  for (b <- 0 until 2) {
    val own = rowsBank === (b == 1).B
    when(taken && own) {
      for (r <- 1 until a.rows) { logs(b)(r - 1) := logs(b)(r) }
      logs(b)(a.rows - 1) := LogDomain.log(RegNext(exponent), RegNext(mantissa), logBits)
    }
    when(taken && !taking && own) { ready(b) := true.B }
    when(io.coded(b)) { ready(b) := false.B }
  }

  // The row block after the next one is summed only when these logarithms are in use: `sums` lasts.
  when(complete && !taking && !taken) {
    complete  := false.B
    rows      := sums.map(Sum.finished(_, sumBits))
    rowsBank  := sumsBank
    remaining := a.rows.U
  }
  when(io.add.valid && io.add.bits.last) { complete := true.B }

  io.ready := ready
  io.logs  := logs
}

object SoftmaxLog {

  /** Of the sum of a row's terms. */
  def sumBits(a: Architecture): Int = 16 + log2Ceil(a.maxTokens)
}
