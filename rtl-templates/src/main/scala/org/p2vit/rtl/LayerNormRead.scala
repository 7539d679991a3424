package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.ParameterFormat

/** The two memories that LayerNorm reads. */
class LayerNormRead(a: Architecture) extends Bundle {
  val residual  = new BufferShapes(a).residual.read
  val parameter = new BufferShapes(a).normParameter.read
}

/** What the two passes of a job have in common. */
class LayerNormRows(a: Architecture) extends Bundle {
  private val shapes = new BufferShapes(a)

  val residualBase   = UInt(Address.bits(shapes.residual.words).W)
  val residualStride = UInt(Address.bits(shapes.residual.words).W)
  val parameterBase  = UInt(Address.bits(shapes.normParameter.words).W)
  val lastWord       = UInt(new LayerNormWidths(a).channelsBits.W)
}

/** Place of L elements in a row block.
  *
  *   - `first`, `last`: group of elements of the row block
  *   - `lastOfWord`: of the word
  *   - `lastOfRow`: of the row, in this word
  *   - `firstOfRow`: of the row in the row block
  */
class LayerNormTag extends Bundle {
  val last       = Bool()
  val lastOfWord = Bool()
  val lastOfRow  = Bool()
  val firstOfRow = Bool()
}

/** L elements of a RESIDUAL word and their parameters, in the order of the lanes. */
class LayerNormElements(a: Architecture) extends Bundle {
  val tag       = new LayerNormTag
  val codes     = Vec(a.layerNormLanes, SInt(a.residualBits.W))
  val parameter = Vec(a.layerNormLanes, UInt(ParameterFormat.BITS.W))
}

/** Streams the elements of row blocks, L a cycle, one pass over a row block for each `start`.
  *
  * @param rows
  *   the job's
  * @param begin
  *   `rows` is a new job's
  * @param start
  *   read the next row block, once [[free]]
  */
class LayerNormReader(a: Architecture, read: LayerNormRead, rows: LayerNormRows, begin: Bool, start: Bool) {
  private val w = new LayerNormWidths(a)
  private val p = a.requantColumns

  val stream: DecoupledIO[LayerNormElements] = Wire(Decoupled(new LayerNormElements(a)))

  private val running = RegInit(false.B)
  private val word    = Reg(UInt(w.channelsBits.W))
  private val last    = Reg(Bool()) // word of the row block
  private val row     = Reg(chiselTypeOf(rows.residualBase))
  private val item = Wire(Decoupled(new Bundle {
    val first = Bool()
    val last  = Bool()
  }))

  /** The row block before has been read. */
  val free: Bool = !running || (item.fire && item.bits.last)

  item.valid      := running
  item.bits.first := word === 0.U
  item.bits.last  := last
  when(item.fire) {
    word := word + 1.U
    last := word + 1.U === rows.lastWord
    when(item.bits.last) {
      running := false.B
      row     := row + rows.residualStride
    }
  }
  when(start) {
    running := true.B
    word    := 0.U
    last    := rows.lastWord === 0.U
  }
  when(begin) { row := rows.residualBase }

  private val (words, data) = ReadJoin(
    item,
    ReadJoin.Source(read.residual, row + word),
    ReadJoin.Source(read.parameter, rows.parameterBase + word)
  )

  private val group = RegInit(0.U(math.max(1, log2Ceil(w.groups)).W))
  private val ends  = group === (w.groups - 1).U // of the word
  private val inRow = if (w.groupsPerRow == 1) 0.U else group(log2Ceil(w.groupsPerRow) - 1, 0)
  words.ready := stream.ready && ends
  when(stream.fire) { group := Mux(ends, 0.U, group + 1.U) }

  stream.valid               := words.valid
  stream.bits.tag.last       := words.bits.last && ends
  stream.bits.tag.lastOfWord := ends
  stream.bits.tag.lastOfRow  := inRow === (w.groupsPerRow - 1).U
  stream.bits.tag.firstOfRow := words.bits.first && inRow === 0.U
  for (i <- 0 until w.lanes) {
    val codes = Seq.tabulate(w.groups) { g =>
      val at = (g * w.lanes + i) * Architecture.RESIDUAL_CONTAINER_BITS
      data(0)(at + a.residualBits - 1, at).asSInt
    }
    val parameters = Seq.tabulate(w.groupsPerRow) { g =>
      val at = (g * w.lanes + i) % p * ParameterFormat.BITS
      data(1)(at + ParameterFormat.BITS - 1, at)
    }
    stream.bits.codes(i)     := choose(codes, group)
    stream.bits.parameter(i) := choose(parameters, inRow)
  }

  private def choose[T <: Data](from: Seq[T], index: UInt): T =
    if (from.length == 1) from.head else VecInit(from)(index)
}
