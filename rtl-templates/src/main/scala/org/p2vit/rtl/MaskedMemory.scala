package org.p2vit.rtl

import chisel3._

/** One on-chip buffer: one write port with a mask per lane, one read port, one clock.
  *
  * A read fires with `readEnable`; `readData` has the word in the next cycle, and only then. A read and a
  * write of the same word in one cycle: the word read is undefined, nobody does it. The module has nothing
  * but the memory, not even a reset, so that a macro with the same ports can replace it.
  *
  * @param name
  *   module name
  * @param words
  *   depth
  * @param lanes
  *   write-mask granules a word
  * @param laneBits
  *   bits of a granule
  */
class MaskedMemory(name: String, words: Int, lanes: Int, laneBits: Int) extends RawModule {
  override def desiredName: String = name

  val clock = IO(Input(Clock()))
  val port  = FlatIO(new MaskedMemoryPorts(words, lanes, laneBits))

  withClock(clock) {
    val memory      = SyncReadMem(words, Vec(lanes, UInt(laneBits.W)), SyncReadMem.Undefined)
    val lanesOfData = VecInit.tabulate(lanes)(i => port.writeData((i + 1) * laneBits - 1, i * laneBits))
    when(port.writeEnable) { memory.write(port.writeAddress, lanesOfData, port.writeMask.asBools) }
    port.readData := memory.read(port.readAddress, port.readEnable).asUInt
  }
}

/** Ports of [[MaskedMemory]]. */
class MaskedMemoryPorts(words: Int, lanes: Int, laneBits: Int) extends Bundle {
  val writeEnable  = Input(Bool())
  val writeAddress = Input(UInt(Address.bits(words).W))
  val writeData    = Input(UInt((lanes * laneBits).W))
  val writeMask    = Input(UInt(lanes.W))
  val readEnable   = Input(Bool())
  val readAddress  = Input(UInt(Address.bits(words).W))
  val readData     = Output(UInt((lanes * laneBits).W))
}
