package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** One lane's copy of the activation table: 256 bytes; LOAD writes a beat at a time. */
class ActivationTable(a: Architecture) extends Module {
  private val shape = new BufferShapes(a).table
  val io = IO(new Bundle {
    val write = Flipped(Valid(shape.write))

    /** Looks up `index`; `entry` has it from the next cycle until the next look-up. */
    val lookUp = Input(Bool())
    val index  = Input(UInt(log2Ceil(Architecture.TABLE_ENTRIES).W))
    val entry  = Output(UInt(8.W))
  })

  private val memory     = Module(new BufferTable(a))
  private val offsetBits = log2Ceil(shape.lanes)
  private val held       = RegEnable(io.index, io.lookUp)
  private val wanted     = RegInit(false.B)
  when(io.lookUp) { wanted := true.B }

  // A memory need not hold its output: it is read again for as long as nothing else is.
  memory.clock             := clock
  memory.port.readEnable   := io.lookUp || wanted
  memory.port.readAddress  := Mux(io.lookUp, io.index, held) >> offsetBits
  memory.port.writeEnable  := io.write.valid
  memory.port.writeAddress := io.write.bits.address
  memory.port.writeData    := io.write.bits.data
  memory.port.writeMask    := io.write.bits.mask

  private val bytes = VecInit.tabulate(shape.lanes)(i => memory.port.readData(i * 8 + 7, i * 8))
  io.entry := bytes(held(offsetBits - 1, 0))
}

class BufferTable(a: Architecture) extends MaskedMemory(new BufferShapes(a).table)
