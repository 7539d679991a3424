package org.p2vit.rtl

import chisel3._

/** The counters of [[RegisterMap]], cleared before a run and frozen after it. */
class PerformanceCounters(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val clear   = Input(Bool())
    val running = Input(Bool())
    val busy    = Input(Vec(Chunk.values.length, Bool()))

    /** Why the array idles, by `StallCause.index`. */
    val stall  = Input(Vec(StallCause.SIGNALS, Bool()))
    val cycles = Output(UInt(64.W))
    val counts = Output(Vec(PerformanceCounters.events.length, UInt(32.W)))
  })

  private def counter(width: Int, event: Bool): UInt = {
    val counter = withReset(reset.asBool || io.clear)(Module(new EventCounter(width)))
    counter.io.event := io.running && event
    counter.io.count
  }

  io.cycles := counter(if (a.economy.performanceCounters) 64 else 32, true.B)
  io.counts := VecInit(PerformanceCounters.events.map { case (_, event) =>
    if (a.economy.performanceCounters) counter(32, event(io.busy, io.stall)) else 0.U(32.W)
  })
}

/** Counts the cycles with an event. A module of its own, so that whether there is one is found once, not for
  * each bit.
  */
private class EventCounter(width: Int) extends Module {
  val io = IO(new Bundle {
    val event = Input(Bool())
    val count = Output(UInt(width.W))
  })
  private val count = RegInit(0.U(width.W))
  count    := count + io.event
  io.count := count
}

object PerformanceCounters {
  import RegisterMap._

  private type Event = (Vec[Bool], Vec[Bool]) => Bool

  private def busy(chunk: Chunk): Event       = (busy, _) => busy(chunk.ordinal)
  private def stall(cause: StallCause): Event = (_, stall) => stall(cause.index)

  /** The registers that count events, and the event of each. */
  val events: Seq[(RegisterMap, Event)] = Seq(
    MATMUL_BUSY     -> busy(Chunk.MATMUL),
    SOFTMAX_BUSY    -> busy(Chunk.SOFTMAX),
    SHIFTER_BUSY    -> busy(Chunk.SHIFTER),
    LAYER_NORM_BUSY -> busy(Chunk.LAYER_NORM),
    LOAD_BUSY       -> busy(Chunk.LOAD),
    STORE_BUSY      -> busy(Chunk.STORE)
  ) ++ StallCause.values.map(c => c.register -> stall(c))
}
