package org.p2vit.rtl

import chisel3._
import chisel3.experimental.dedupGroup

/** One on-chip buffer: one write port with a mask per lane, one read port, one clock.
  *
  * A read fires with `readEnable`; `readData` has the word from the next cycle on until another read has
  * fired, as block RAMs and macros have it in their output registers. A read and a write of the same word in
  * one cycle: the word read is undefined, nobody does it. The module has nothing but the memory, not even a
  * reset, so that a macro with the same ports can replace it.
  */
class MaskedMemory(shape: BufferShape) extends RawModule {
  override def desiredName: String = shape.name
  dedupGroup(this, shape.name) // every buffer keeps its name, even if another has its shape

  import shape.{laneBits, lanes, words}

  val clock = IO(Input(Clock()))
  val port  = FlatIO(new MaskedMemoryPorts(shape))
  dontTouch(port) // all ports stay, even those with constants

  withClock(clock) {
    val memory      = SyncReadMem(words, Vec(lanes, UInt(laneBits.W)), SyncReadMem.Undefined)
    val lanesOfData = VecInit.tabulate(lanes)(i => port.writeData((i + 1) * laneBits - 1, i * laneBits))
    when(port.writeEnable) { memory.write(port.writeAddress, lanesOfData, port.writeMask.asBools) }
    port.readData := memory.read(port.readAddress, port.readEnable).asUInt
  }
}

/** Ports of [[MaskedMemory]]. */
class MaskedMemoryPorts(shape: BufferShape) extends Bundle {
  import shape.{lanes, wordBits, words}

  val writeEnable  = Input(Bool())
  val writeAddress = Input(UInt(Address.bits(words).W))
  val writeData    = Input(UInt(wordBits.W))
  val writeMask    = Input(UInt(lanes.W))
  val readEnable   = Input(Bool())
  val readAddress  = Input(UInt(Address.bits(words).W))
  val readData     = Output(UInt(wordBits.W))
}
