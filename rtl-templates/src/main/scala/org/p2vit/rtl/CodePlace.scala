package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.numerics.Tables

/** Where the codes of a job go: slot after slot of the CODE ring, p columns a beat. */
class CodePlace(a: Architecture) {
  private val p      = a.requantColumns
  private val shape  = new BufferShapes(a).code
  private val groups = a.shifterDepth / p // beats a word
  private val words  = a.buffers.codeSlotWords
  private val slots  = a.buffers.codeSlots
  private val bits   = Address.bits(shape.words)
  private val slot   = Reg(UInt(bits.W))  // its first word
  private val word   = Reg(UInt(bits.W))
  private val group  = Reg(UInt(math.max(1, log2Ceil(groups)).W))

  /** The first beat of a job is next. */
  def begin(index: UInt): Unit = {
    val first = Fit(index * words.U, bits)
    slot  := first
    word  := first
    group := 0.U
  }

  /** A beat has been written. */
  def advance(lastOfRow: Bool): Unit = {
    val full = group === (groups - 1).U
    group := Mux(full, 0.U, group + 1.U)
    when(full) { word := word + 1.U }
    when(lastOfRow) {
      val next = Mux(slot === ((slots - 1) * words).U, 0.U, slot + words.U)
      slot := next
      word := next
    }
  }

  /** The write of R x p codes. */
  def write(codes: Vec[UInt]): MemoryWrite = {
    val result = Wire(shape.write)
    val depth  = a.shifterDepth
    val chosen = Seq.tabulate(groups)(group === _.U)
    require(shape.laneBits == Tables.CODE_BITS)
    result.address := word
    result.data    := VecInit.tabulate(shape.lanes)(i => codes(i / depth * p + i % p)).asUInt
    result.mask    := VecInit.tabulate(shape.lanes)(i => chosen(i % depth / p)).asUInt
    result
  }
}
