package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Joins the readers and the writer into the AXI4 master, and can stop them.
  *
  *   - `halt`: no further burst goes out; beats of bursts under way are read and dropped, announced writes
  *     are completed
  *   - `drained`: no burst is under way
  *   - `active`: anything was handed over on the master port in this cycle
  *
  * The reader of jobs goes first: it reads little and everything waits for it.
  */
class AxiPort(axi: Architecture.Axi) extends Module {
  val io = IO(new Bundle {
    val fetch   = Flipped(new AxiReader(axi))
    val load    = Flipped(new AxiReader(axi))
    val store   = Flipped(new AxiWriter(axi))
    val master  = new AxiMasterPort(axi)
    val halt    = Input(Bool())
    val drained = Output(Bool())
    val active  = Output(Bool())
  })

  private class IdentifiedBurst extends Bundle {
    val id    = UInt(1.W)
    val burst = new AxiBurst(axi)
  }

  // More than the readers and the writer can have in flight: they have limits of their own.
  private val InFlightBits = 16
  private val m            = io.master
  private val transferSize = log2Ceil(axi.bytes)

  constants()
  private val readsInFlight  = read()
  private val writesInFlight = write()
  io.drained := !readsInFlight && !writesInFlight
  io.active := Seq(
    m.arvalid && m.arready,
    m.rvalid && m.rready,
    m.awvalid && m.awready,
    m.wvalid && m.wready,
    m.bvalid && m.bready
  ).reduce(_ || _)

  private def constants(): Unit = {
    m.awid    := 0.U
    m.awsize  := transferSize.U
    m.awburst := Axi.IncrementalBurst.U
    m.awlock  := false.B
    m.awcache := Axi.NormalMemory.U
    m.awprot  := 0.U
    m.awqos   := 0.U
    m.wstrb   := Fill(axi.bytes, true.B)
    m.arsize  := transferSize.U
    m.arburst := Axi.IncrementalBurst.U
    m.arlock  := false.B
    m.arcache := Axi.NormalMemory.U
    m.arprot  := 0.U
    m.arqos   := 0.U
  }

  private def read(): Bool = {
    // The queue keeps an offered address stable, whoever else comes meanwhile.
    val queue   = Module(new Queue(new IdentifiedBurst, 2))
    val arbiter = Module(new Arbiter(new IdentifiedBurst, 2))
    Seq(io.fetch -> Axi.FetchId, io.load -> Axi.LoadId).zip(arbiter.io.in).foreach {
      case ((reader, id), in) =>
        in.valid           := reader.burst.valid
        reader.burst.ready := in.ready
        in.bits.id         := id.U
        in.bits.burst      := reader.burst.bits
    }
    queue.io.enq.bits    := arbiter.io.out.bits
    queue.io.enq.valid   := arbiter.io.out.valid && !io.halt
    arbiter.io.out.ready := queue.io.enq.ready && !io.halt

    m.arvalid          := queue.io.deq.valid
    queue.io.deq.ready := m.arready
    m.arid             := queue.io.deq.bits.id
    m.araddr           := queue.io.deq.bits.burst.address
    m.arlen            := queue.io.deq.bits.burst.length

    val isFetch = m.rid === Axi.FetchId.U
    Seq(io.fetch -> isFetch, io.load -> !isFetch).foreach { case (reader, mine) =>
      reader.beat.valid      := m.rvalid && mine && !io.halt
      reader.beat.bits.data  := m.rdata
      reader.beat.bits.last  := m.rlast
      reader.beat.bits.error := m.rresp =/= Axi.OkayResponse.U
    }
    m.rready := io.halt || Mux(isFetch, io.fetch.beat.ready, io.load.beat.ready)

    val inFlight = RegInit(0.U(InFlightBits.W))
    inFlight := inFlight + queue.io.enq.fire - (m.rvalid && m.rready && m.rlast)
    inFlight =/= 0.U
  }

  private def write(): Bool = {
    val queue = Module(new Queue(new AxiBurst(axi), 2))
    queue.io.enq.bits    := io.store.burst.bits
    queue.io.enq.valid   := io.store.burst.valid && !io.halt
    io.store.burst.ready := queue.io.enq.ready && !io.halt

    m.awvalid          := queue.io.deq.valid
    queue.io.deq.ready := m.awready
    m.awaddr           := queue.io.deq.bits.address
    m.awlen            := queue.io.deq.bits.length

    // Beats follow their address: not every memory copes with the other order.
    val accepted = RegInit(0.U(InFlightBits.W))
    accepted := accepted + queue.io.deq.fire - (m.wvalid && m.wready && m.wlast)
    val mayWrite = accepted =/= 0.U
    m.wvalid            := io.store.beat.valid && mayWrite
    io.store.beat.ready := m.wready && mayWrite
    m.wdata             := io.store.beat.bits.data
    m.wlast             := io.store.beat.bits.last

    m.bready                := true.B
    io.store.response.valid := m.bvalid
    io.store.response.bits  := m.bresp =/= Axi.OkayResponse.U

    val inFlight = RegInit(0.U(InFlightBits.W))
    inFlight := inFlight + queue.io.enq.fire - (m.bvalid && m.bready)
    inFlight =/= 0.U
  }
}
