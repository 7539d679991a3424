package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** AXI4-Lite, 32 bits of data, as seen by the master; names of the standard. */
class AxiLitePort extends Bundle {
  val awaddr  = Input(UInt(RegisterMap.ADDRESS_BITS.W))
  val awvalid = Input(Bool())
  val awready = Output(Bool())
  val wdata   = Input(UInt(32.W))
  val wstrb   = Input(UInt(4.W))
  val wvalid  = Input(Bool())
  val wready  = Output(Bool())
  val bresp   = Output(UInt(Axi.ResponseBits.W))
  val bvalid  = Output(Bool())
  val bready  = Input(Bool())
  val araddr  = Input(UInt(RegisterMap.ADDRESS_BITS.W))
  val arvalid = Input(Bool())
  val arready = Output(Bool())
  val rdata   = Output(UInt(32.W))
  val rresp   = Output(UInt(Axi.ResponseBits.W))
  val rvalid  = Output(Bool())
  val rready  = Input(Bool())
}

/** A write to a register, for one cycle. */
class RegisterWrite extends Bundle {
  val word = UInt((RegisterMap.ADDRESS_BITS - 2).W)
  val data = UInt(32.W)

  /** One bit a byte. */
  val strobe = UInt(4.W)

  def to(register: RegisterMap): Bool = word === (register.offset / 4).U
}

/** Protocol of the AXI4-Lite slave: one write and one read at a time, always answered OKAY. Addresses without
  * a register read as zero and ignore writes.
  */
class AxiLiteSlave extends Module {
  val io = IO(new Bundle {
    val port  = new AxiLitePort
    val write = Valid(new RegisterWrite)

    /** The word to read; `readData` belongs to it, in the same cycle. */
    val readWord = Output(UInt((RegisterMap.ADDRESS_BITS - 2).W))
    val readData = Input(UInt(32.W))
  })

  private val p = io.port

  private val writeDone = RegInit(false.B)
  private val write     = p.awvalid && p.wvalid && !writeDone
  p.awready            := write
  p.wready             := write
  p.bvalid             := writeDone
  p.bresp              := Axi.OkayResponse.U
  io.write.valid       := write
  io.write.bits.word   := wordOf(p.awaddr)
  io.write.bits.data   := p.wdata
  io.write.bits.strobe := p.wstrb
  when(write) { writeDone := true.B }.elsewhen(p.bready) { writeDone := false.B }

  private val readDone = RegInit(false.B)
  private val read     = p.arvalid && !readDone
  p.arready   := !readDone
  p.rvalid    := readDone
  p.rresp     := Axi.OkayResponse.U
  p.rdata     := RegEnable(io.readData, read)
  io.readWord := wordOf(p.araddr)
  when(read) { readDone := true.B }.elsewhen(p.rready) { readDone := false.B }

  private def wordOf(address: UInt) = address(RegisterMap.ADDRESS_BITS - 1, 2)
}
