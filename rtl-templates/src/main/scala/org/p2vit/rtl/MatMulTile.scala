package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.MatMulJob

/** One (row block, column tile) of a job, ready to run. */
class MatMulTile(a: Architecture) extends Bundle {
  val operands = new TileOperands(a)
  val results  = new TileResults(a)
}

/** What the array must know of a tile.
  *
  *   - `activation`, `weight`: first words
  *   - `words`: pairs of words to multiply
  *   - `weights4`: 2C columns of 4-bit weights
  *   - `lastBeat`: beats of p columns that are wanted, less one
  */
class TileOperands(a: Architecture) extends Bundle {
  val activation = UInt(Address.bits(a.buffers.activationWords).W)
  val weight     = UInt(Address.bits(a.buffers.weightWords).W)
  val words      = MatMulFields.width(a, "depthWords")
  val weights4   = Bool()
  val lastBeat   = UInt(MatMulGeometry(a).beatBits.W)
}

/** What the re-quantizer must know of a tile.
  *
  *   - `rowAddress`: the row block's first word at the destination, and `rowInWord` its place in there, in
  *     units of R rows
  *   - `position`: first column at the destination, in units of p
  *   - `parameter`: PARAMETER word of the first beat
  *   - `completesRow`: the row block's last tile
  *   - `scoreSlot`: SCORE slot of the row block
  *   - `lastColumn`: the last column of the job, within its beat
  */
class TileResults(a: Architecture) extends Bundle {
  val destination   = MatMulFields.width(a, "destination")
  val rowAddress    = UInt(MatMulGeometry(a).addressBits.W)
  val rowInWord     = UInt(MatMulGeometry(a).rowInWordBits.W)
  val position      = MatMulFields.width(a, "column")
  val lastBeat      = UInt(MatMulGeometry(a).beatBits.W)
  val completesRow  = Bool()
  val scoreSlot     = UInt(MatMulGeometry(a).scoreSlotBits.W)
  val lastColumn    = UInt(MatMulGeometry(a).columnBits.W)
  val useParameters = Bool()
  val parameter     = UInt(Address.bits(a.buffers.parameterWords).W)
  val shift         = SInt(Requantization.ShiftBits.W)
  val activation    = Bool()
  val indexShift    = MatMulFields.width(a, "indexShift")
}

/** Numbers that several parts of MATMUL derive from the architecture. */
case class MatMulGeometry(a: Architecture) {
  val p: Int = a.requantColumns

  /** Beats that drain C columns; a tile of 4-bit weights has twice as many. */
  val beatsPerHalf: Int = a.columns / p
  val beatBits: Int     = log2Ceil(2 * beatsPerHalf)

  /** Address bits of the largest destination. */
  val addressBits: Int = {
    val shapes = new BufferShapes(a)
    Seq(shapes.activation, shapes.weight, shapes.value, shapes.score, shapes.residual)
      .map(s => Address.bits(s.words))
      .max
  }

  /** Bits of a SCORE slot, and of a column within a beat. */
  val scoreSlotBits: Int = Address.bits(a.buffers.scoreSlots)
  val columnBits: Int    = math.max(1, log2Ceil(p))

  /** Row blocks in a word of keys, and of values. */
  val rowBlocksPerKeyWord: Int   = a.columns / a.rows
  val rowBlocksPerValueWord: Int = a.shifterDepth / a.rows
  val rowInWordBits: Int         = math.max(1, log2Ceil(math.max(rowBlocksPerKeyWord, rowBlocksPerValueWord)))

  /** Beats in a row of an ACTIVATION or WEIGHT word, and of a VALUE word. */
  val groupsPerDepth: Int        = a.depth / p
  val groupsPerShifterWidth: Int = a.shifterColumns / p
  val groupBits: Int             = math.max(1, log2Ceil(math.max(groupsPerDepth, groupsPerShifterWidth)))
}

/** The fields of an encoded [[org.p2vit.rtl.job.MatMulJob]].
  *
  * @param bits
  *   the job
  */
class MatMulFields(layout: JobLayout, bits: UInt) {
  def unsigned(name: String): UInt = layout.unsigned(bits, name)
  def flag(name: String): Bool     = layout.flag(bits, name)
  def shift: SInt                  = layout.signed(bits, "shift")

  def is(destination: MatMulJob.Destination): Bool = unsigned("destination") === destination.ordinal.U
}

object MatMulFields {
  def layout(a: Architecture) = new JobLayout(a, classOf[MatMulJob])

  /** The type of an unsigned field. */
  def width(a: Architecture, name: String): UInt = UInt(layout(a).width(name).W)
}
