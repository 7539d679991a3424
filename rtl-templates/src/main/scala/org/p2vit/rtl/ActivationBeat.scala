package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.ShifterJob

/** R x p results for p columns of an ACTIVATION word.
  *
  *   - `address`: the word
  *   - `group`: which p columns of it
  *   - `lastOfRow`: the row block is complete with this beat
  *   - `data`: row-major
  */
class ActivationBeat(a: Architecture) extends Bundle {
  val address   = UInt(Address.bits(a.buffers.activationWords).W)
  val group     = UInt(ActivationBeat.groupBits(a).W)
  val lastOfRow = Bool()
  val data      = Vec(a.requantLanes, UInt(8.W))
}

object ActivationBeat {
  def groups(a: Architecture): Int    = a.depth / a.requantColumns
  def groupBits(a: Architecture): Int = math.max(1, log2Ceil(groups(a)))

  def write(a: Architecture): MemoryWrite = {
    val shapes = new BufferShapes(a)
    shapes.resultWrite(shapes.activation, a.depth)
  }

  /** The masked write of a beat. */
  def write(a: Architecture, beat: ActivationBeat): MemoryWrite = {
    val p      = a.requantColumns
    val result = Wire(write(a))
    val chosen = Seq.tabulate(groups(a))(beat.group === _.U)
    result.address := beat.address
    result.data    := beat.data.asUInt
    result.mask    := VecInit.tabulate(a.rows * a.depth)(i => chosen(i % a.depth / p)).asUInt
    result
  }
}

/** Where the beats of a job go: `p` columns a beat, from `column` on in each row block, row blocks `stride`
  * words apart.
  */
class ActivationPlace(a: Architecture) {
  private val wordBits   = Address.bits(a.buffers.activationWords)
  private val columnBits = new JobLayout(a, classOf[ShifterJob]).width("column")
  private val stride     = Reg(UInt(wordBits.W))
  private val row        = Reg(UInt(wordBits.W)) // first word of the row block
  private val start      = Reg(UInt(columnBits.W))
  private val column     = Reg(UInt(columnBits.W))

  def address: UInt = Fit(row + (column >> log2Ceil(a.depth)).asUInt, wordBits)
  def group: UInt =
    if (ActivationBeat.groups(a) == 1) 0.U
    else Fit((column >> log2Ceil(a.requantColumns)).asUInt, ActivationBeat.groupBits(a))

  /** The first beat of a job is next. */
  def begin(base: UInt, rowStride: UInt, firstColumn: UInt): Unit = {
    row    := Fit(base, wordBits)
    stride := Fit(rowStride, wordBits)
    start  := Fit(firstColumn, columnBits)
    column := Fit(firstColumn, columnBits)
  }

  /** A beat has been placed. */
  def advance(lastOfRow: Bool): Unit = {
    column := Mux(lastOfRow, start, column + a.requantColumns.U)
    when(lastOfRow) { row := row + stride }
  }
}
