package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** Reads one word of each of several memories for every item of a stream, one item a cycle.
  *
  * Tolerates stalls of the memories and of the consumer with one word of storage a memory: its own output
  * register, if nobody else reads it.
  */
object ReadJoin {

  /** One memory to read.
    *
    * @param address
    *   of the item offered
    * @param wanted
    *   whether the item offered needs a word at all; without, its data is undefined
    * @param own
    *   nobody else reads the memory
    */
  case class Source(
      memory: MemoryRead,
      address: UInt,
      wanted: Bool = true.B,
      own: Boolean = false
  )

  /** @param items
    *   addresses in `sources` belong to the item offered
    * @return
    *   the same items, and the words that belong to the one offered, in the order of `sources`
    */
  def apply[T <: Data](items: DecoupledIO[T], sources: Source*): (DecoupledIO[T], Seq[UInt]) = {
    val out     = Wire(Decoupled(chiselTypeOf(items.bits)))
    val pending = RegInit(false.B)
    // Requests go out only when the item before has left or leaves: what arrives always has a place.
    val free  = !pending || out.ready
    val reads = sources.map(new Read(_, items, free, alone = sources.length == 1))

    items.ready := free && reads.map(_.served).reduce(_ && _)
    out.valid   := pending
    out.bits    := RegEnable(items.bits, items.fire)
    when(free) { pending := items.fire }
    (out, reads.map(_.word))
  }

  private class Read(source: Source, items: DecoupledIO[_ <: Data], free: Bool, alone: Boolean) {
    private val request = source.memory.request

    // Requested in an earlier cycle, while another memory was not ready.
    private val sent = if (alone) false.B else RegInit(false.B)
    request.valid := items.valid && free && source.wanted && !sent
    request.bits  := Fit(source.address, request.bits.getWidth)
    if (!alone) when(free) { sent := !items.ready && (sent || request.fire) }

    val served: Bool = sent || !source.wanted || request.ready

    private val data = source.memory.data
    val word: UInt =
      if (source.own) data
      else {
        val arriving = RegNext(request.fire, false.B)
        Mux(arriving, data, RegEnable(data, arriving))
      }
  }
}
