package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Sums of terms, one a row.
  *
  *   - `first`, `last`: of a row block
  */
class SoftmaxSums(a: Architecture) extends Bundle {
  val first = Bool()
  val last  = Bool()
  val sums  = Vec(a.rows, UInt((16 + log2Ceil(a.requantColumns)).W))
}

/** Accumulates the terms of the rows of a row block, and takes the logarithms of the sums, one row a cycle.
  *
  *   - `clear`: the terms of a row block are on their way
  *   - `add`: terms to add
  *   - `ready`: `logs` holds the logarithms of the row block of the latest `clear`
  */
class SoftmaxLog(a: Architecture) extends Module {
  private val sumBits = 16 + log2Ceil(a.maxTokens)
  private val logBits = LogDomain.logBits(sumBits)

  val io = IO(new Bundle {
    val clear = Input(Bool())
    val add   = Flipped(Valid(new SoftmaxSums(a)))
    val ready = Output(Bool())
    val logs  = Output(Vec(a.rows, SInt(logBits.W)))
  })

  private val sums = Reg(Vec(a.rows, UInt(sumBits.W)))
  private val logs = Reg(Vec(a.rows, SInt(logBits.W)))
  // Rows whose logarithm is still to be taken; 0 while terms are added, too.
  private val remaining = RegInit(0.U(log2Ceil(a.rows + 1).W))
  private val taking    = remaining =/= 0.U
  private val taken     = RegNext(taking, false.B)
  private val complete  = RegInit(false.B)

  when(io.add.valid) {
    for (r <- 0 until a.rows) {
      sums(r) := Fit(Mux(io.add.bits.first, 0.U, sums(r)) + io.add.bits.sums(r), sumBits)
    }
    when(io.add.bits.last) { remaining := a.rows.U }
  }

  // Row 0 is always next: the rows move up, and so do their logarithms from the end.
  private val exponent = LogDomain.exponent(sums(0))
  private val mantissa = LogDomain.mantissa(sums(0), exponent)
  when(taking) {
    remaining := remaining - 1.U
    for (r <- 1 until a.rows) { sums(r - 1) := sums(r) }
  }
  when(taken) {
    for (r <- 1 until a.rows) { logs(r - 1) := logs(r) }
    logs(a.rows - 1) := LogDomain.log(RegNext(exponent), RegNext(mantissa), logBits)
  }
  when(taken && !taking) { complete := true.B }
  when(io.clear) { complete := false.B }

  io.ready := complete
  io.logs  := logs
}
