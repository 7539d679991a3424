package org.p2vit.rtl

import chisel3._

/** The counters of [[RegisterMap]], cleared before a run and frozen after it. */
class PerformanceCounters extends Module {
  val io = IO(new Bundle {
    val clear   = Input(Bool())
    val running = Input(Bool())
    val busy    = Input(Vec(Chunk.values.length, Bool()))

    /** Why the array idles: an index below the number of chunks names the chunk it waits for. */
    val stall  = Input(Vec(PerformanceCounters.StallCauses, Bool()))
    val cycles = Output(UInt(64.W))
    val counts = Output(Vec(PerformanceCounters.events.length, UInt(32.W)))
  })

  private def counter(width: Int, event: Bool): UInt = {
    val value = RegInit(0.U(width.W))
    when(io.clear) { value := 0.U }.elsewhen(io.running && event) { value := value + 1.U }
    value
  }

  io.cycles := counter(64, true.B)
  io.counts := VecInit(PerformanceCounters.events.map { case (_, event) =>
    counter(32, event(io.busy, io.stall))
  })
}

object PerformanceCounters {
  import RegisterMap._

  val StallNoJob  = 6
  val StallOutput = 7
  val StallCauses = 8

  private type Event = (Vec[Bool], Vec[Bool]) => Bool

  private def busy(chunk: Chunk): Event    = (busy, _) => busy(chunk.ordinal)
  private def stall(cause: Int): Event     = (_, stall) => stall(cause)
  private def waitFor(chunk: Chunk): Event = stall(chunk.ordinal)

  /** The registers that count events, and the event of each. */
  val events: Seq[(RegisterMap, Event)] = Seq(
    MATMUL_BUSY      -> busy(Chunk.MATMUL),
    SOFTMAX_BUSY     -> busy(Chunk.SOFTMAX),
    SHIFTER_BUSY     -> busy(Chunk.SHIFTER),
    LAYER_NORM_BUSY  -> busy(Chunk.LAYER_NORM),
    LOAD_BUSY        -> busy(Chunk.LOAD),
    STORE_BUSY       -> busy(Chunk.STORE),
    STALL_NO_JOB     -> stall(StallNoJob),
    STALL_LOAD       -> waitFor(Chunk.LOAD),
    STALL_MATMUL     -> waitFor(Chunk.MATMUL),
    STALL_SOFTMAX    -> waitFor(Chunk.SOFTMAX),
    STALL_SHIFTER    -> waitFor(Chunk.SHIFTER),
    STALL_LAYER_NORM -> waitFor(Chunk.LAYER_NORM),
    STALL_OUTPUT     -> stall(StallOutput)
  )
}
