package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Starts and ends runs.
  *
  * A run ends with its END job, with the first error, or when nothing has happened for `watchdog` cycles.
  * Then no more memory transactions are started; those under way come to their end, and only then the outcome
  * and the interrupt are shown. Should the memory not answer any more, they are shown after another
  * `watchdog` cycles, with `busy` still set: the memory has to be brought back before the next run.
  */
class Supervisor(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val start     = Input(Bool())
    val reset     = Input(Bool())
    val watchdog  = Input(UInt(32.W))
    val progress  = Input(Bool())                       // anything that shows that the engine is alive
    val ended     = Input(Bool())
    val error     = Flipped(Valid(new ChunkError(a)))
    val errorFrom = Input(UInt(Chunk.INDEX_BITS.W))
    val position  = Input(UInt(JobBits.indexBits(a).W)) // next job to dispatch
    val drained   = Input(Bool())

    /** For one cycle before a run: chunks, queues and counters back to their initial state. */
    val clear = Output(Bool())

    /** No new memory transactions. */
    val halt = Output(Bool())

    /** The first cycle of a run, in which the program is fetched. */
    val go        = Output(Bool())
    val running   = Output(Bool())
    val status    = Output(UInt(32.W))
    val errorInfo = Output(UInt(32.W))

    /** For one cycle: done, or stopped by an error. */
    val finished = Output(Bool())
  })

  private object State extends ChiselEnum {
    val idle, clearing, starting, running, ending, failing, resetting = Value
  }
  import State._

  private val state      = RegInit(idle)
  private val done       = RegInit(false.B)
  private val failed     = RegInit(false.B)
  private val error      = Reg(new ChunkError(a))
  private val errorFrom  = Reg(UInt(Chunk.INDEX_BITS.W))
  private val quiet      = Reg(UInt(32.W)) // cycles without progress
  private val alive      = RegNext(io.progress, false.B)
  private val quietLimit = io.watchdog =/= 0.U && quiet >= io.watchdog

  io.clear     := state === clearing
  io.halt      := state =/= running
  io.go        := state === starting
  io.running   := state === running || state === ending
  io.errorInfo := Mux(failed, error.index, 0.U)
  io.finished  := false.B
  io.status := Cat(
    Mux(failed, errorFrom, 0.U),
    Mux(failed, error.code, 0.U),
    0.U(5.W),
    failed,
    done,
    state =/= idle
  )

  quiet := Mux(alive || !(io.running || state === failing) || quietLimit, 0.U, quiet + 1.U)

  switch(state) {
    is(idle) {
      when(io.start) { state := clearing }
      when(io.reset) {
        done   := false.B
        failed := false.B
      }
    }
    is(clearing) {
      done   := false.B
      failed := false.B
      quiet  := 0.U
      state  := starting
    }
    is(starting) { state := running }
    is(running) {
      when(io.ended) { state := ending }
      failOnErrors()
    }
    is(ending) {
      when(io.drained) {
        state       := idle
        done        := true.B
        io.finished := true.B
      }
      failOnErrors()
    }
    is(failing) {
      when(io.drained || quietLimit) {
        failed      := true.B
        io.finished := !failed
      }
      when(io.drained) { state := idle }
    }
    is(resetting) {
      when(io.drained) {
        state  := idle
        done   := false.B
        failed := false.B
      }
    }
  }
  when(io.reset && state =/= idle) { state := resetting }

  private def failOnErrors(): Unit = {
    when(quietLimit) {
      state       := failing
      error.code  := RegisterMap.ErrorCode.WATCHDOG.ordinal.U
      error.index := io.position
      errorFrom   := 0.U
    }
    when(io.error.valid) {
      state     := failing
      error     := io.error.bits
      errorFrom := io.errorFrom
    }
  }
}
