package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** What goes with a token group through the shifter array.
  *
  *   - `first`, `last`: of the tile
  *   - `lastTile`: of the row block
  *   - `opening`: first tile of the job
  */
class ShifterTag extends Bundle {
  val first    = Bool()
  val last     = Bool()
  val lastTile = Bool()
  val opening  = Bool()
}

/** Walks through the row blocks, channel tiles and token groups of a job. */
class ShifterWalk(a: Architecture, job: JobInHand) {
  private val shapes    = new BufferShapes(a)
  private val slots     = a.buffers.codeSlots
  private val words     = a.buffers.codeSlotWords
  private val codeBits  = Address.bits(shapes.code.words)
  private val valueBits = Address.bits(shapes.value.words)
  private val groups    = job.unsignedField("tokenGroups")
  private val tiles     = job.unsignedField("channelTiles")

  private val running   = RegInit(false.B)
  private val opening   = Reg(Bool())
  private val group     = Reg(UInt(groups.getWidth.W))
  private val tile      = Reg(UInt(tiles.getWidth.W))
  private val slot      = Reg(UInt(codeBits.W))  // first word, of the row block in hand
  private val nextSlot  = Reg(UInt(codeBits.W))
  private val firstWord = Reg(UInt(valueBits.W)) // VALUE, group 0 of the tile

  val codeAddress: UInt  = slot + group
  val valueAddress: UInt = Reg(UInt(valueBits.W))

  val item: DecoupledIO[ShifterTag] = Wire(Decoupled(new ShifterTag))

  /** Nothing is left to issue. */
  val finished: Bool = !running && job.exhausted

  item.valid         := running
  item.bits.first    := group === 0.U
  item.bits.last     := group === groups - 1.U
  item.bits.lastTile := tile === tiles - 1.U
  item.bits.opening  := opening

  when(item.fire) {
    group        := group + 1.U
    valueAddress := valueAddress + Fit(job.unsignedField("valueStride"), valueBits)
    when(item.bits.last) {
      group        := 0.U
      tile         := tile + 1.U
      opening      := false.B
      firstWord    := firstWord + 1.U
      valueAddress := firstWord + 1.U
    }
  }

  private val rowEnds = item.fire && item.bits.last && item.bits.lastTile
  when(rowEnds) { running := false.B }
  when((!running || rowEnds) && job.open) {
    job.startRow()
    running      := true.B
    group        := 0.U
    tile         := 0.U
    slot         := nextSlot
    nextSlot     := Mux(nextSlot === ((slots - 1) * words).U, 0.U, nextSlot + words.U)
    firstWord    := Fit(job.unsignedField("valueBase"), valueBits)
    valueAddress := Fit(job.unsignedField("valueBase"), valueBits)
    opening      := job.row === 0.U
  }
  when(job.first) { nextSlot := Fit(job.unsignedField("codeSlot") * words.U, codeBits) }
}
