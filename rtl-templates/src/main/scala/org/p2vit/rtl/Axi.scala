package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Addresses, bursts and the ports of the AXI4 master. Only whole beats are moved, by incrementing bursts, at
  * addresses that are multiples of a beat; no burst crosses a 4 KiB boundary.
  */
object Axi {
  private val PageBytes = 4096

  /** Longest burst in beats: also at most a page. A power of two. */
  def burstBeats(axi: Architecture.Axi): Int = math.min(axi.burstBeats, PageBytes / axi.bytes)

  val LengthBits       = 8
  val IncrementalBurst = 1
  val ResponseBits     = 2
  val OkayResponse     = 0

  /** AxCACHE: normal, non-cacheable, bufferable. */
  val NormalMemory = 3

  /** The read IDs of the two users of the read channel. */
  val LoadId  = 0
  val FetchId = 1
}

/** One burst: address of the first beat, beats less one. */
class AxiBurst(axi: Architecture.Axi) extends Bundle {
  val address = UInt(axi.addressBits.W)
  val length  = UInt(Axi.LengthBits.W)
}

/** One beat read. `error`: the memory answered anything but OKAY. */
class AxiReadBeat(axi: Architecture.Axi) extends Bundle {
  val data  = UInt(axi.dataBits.W)
  val error = Bool()
  val last  = Bool()
}

/** One beat to write, all of its bytes. */
class AxiWriteBeat(axi: Architecture.Axi) extends Bundle {
  val data = UInt(axi.dataBits.W)
  val last = Bool()
}

/** What a reader of memory has: bursts out, their beats back in order. */
class AxiReader(axi: Architecture.Axi) extends Bundle {
  val burst = Decoupled(new AxiBurst(axi))
  val beat  = Flipped(Decoupled(new AxiReadBeat(axi)))
}

/** What a writer of memory has: bursts and their beats out, a response for each burst back. */
class AxiWriter(axi: Architecture.Axi) extends Bundle {
  val burst = Decoupled(new AxiBurst(axi))
  val beat  = Decoupled(new AxiWriteBeat(axi))

  /** The bit is high for any response but OKAY; always taken. */
  val response = Flipped(Valid(Bool()))
}

/** The AXI4 master as seen from outside, with the names of the standard. */
class AxiMasterPort(axi: Architecture.Axi) extends Bundle {
  val awid    = Output(UInt(1.W))
  val awaddr  = Output(UInt(axi.addressBits.W))
  val awlen   = Output(UInt(Axi.LengthBits.W))
  val awsize  = Output(UInt(3.W))
  val awburst = Output(UInt(2.W))
  val awlock  = Output(Bool())
  val awcache = Output(UInt(4.W))
  val awprot  = Output(UInt(3.W))
  val awqos   = Output(UInt(4.W))
  val awvalid = Output(Bool())
  val awready = Input(Bool())
  val wdata   = Output(UInt(axi.dataBits.W))
  val wstrb   = Output(UInt(axi.bytes.W))
  val wlast   = Output(Bool())
  val wvalid  = Output(Bool())
  val wready  = Input(Bool())
  val bid     = Input(UInt(1.W))
  val bresp   = Input(UInt(Axi.ResponseBits.W))
  val bvalid  = Input(Bool())
  val bready  = Output(Bool())
  val arid    = Output(UInt(1.W))
  val araddr  = Output(UInt(axi.addressBits.W))
  val arlen   = Output(UInt(Axi.LengthBits.W))
  val arsize  = Output(UInt(3.W))
  val arburst = Output(UInt(2.W))
  val arlock  = Output(Bool())
  val arcache = Output(UInt(4.W))
  val arprot  = Output(UInt(3.W))
  val arqos   = Output(UInt(4.W))
  val arvalid = Output(Bool())
  val arready = Input(Bool())
  val rid     = Input(UInt(1.W))
  val rdata   = Input(UInt(axi.dataBits.W))
  val rresp   = Input(UInt(Axi.ResponseBits.W))
  val rlast   = Input(Bool())
  val rvalid  = Input(Bool())
  val rready  = Output(Bool())
}
