package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** LayerNorm's second pass: normalizes a row block as soon as the scales of all of its rows have arrived.
  * Those of the next row block arrive meanwhile.
  *
  * Pipeline: elements; difference to the mean; product with the factor; `z`; product with the gain; sum with
  * the offset; beat.
  */
class LayerNormNormalize(a: Architecture) extends Module {
  private val w = new LayerNormWidths(a)

  val io = IO(new Bundle {
    val begin = Input(Bool())
    val rows  = Input(new LayerNormRows(a))
    val place = Input(new LayerNormPlace(a))
    val scale = Flipped(Decoupled(new LayerNormScale(a)))
    val read  = new LayerNormRead(a)
    val beat  = Decoupled(new ActivationBeat(a))
    val busy  = Output(Bool())
  })

  private val complete = RegInit(false.B) // a beat waits for the port
  private val advance  = !complete || io.beat.ready

  private val scales = Module(new LayerNormScales(a))
  private val using  = RegInit(false.B)
  private val used   = WireDefault(false.B)
  private val start  = scales.io.full && (!using || used)
  scales.io.scale <> io.scale

  private val stream = new LayerNormReader(a, io.read, io.rows, io.begin, start).stream
  stream.ready := advance
  io.busy      := stream.valid && advance

  private val elements = LayerNormElement.register(a, stream, advance)

  scales.io.begin  := start
  scales.io.rotate := elements.valid && advance && elements.tag.lastOfRow
  when(elements.valid && advance && elements.tag.last) {
    used  := true.B
    using := false.B
  }
  when(start) { using := true.B }

  private def lanes[T <: Data](f: Int => T): Vec[T] = VecInit.tabulate(w.lanes)(f)
  private def step[T <: Data](x: T): T              = RegEnable(x, advance)
  private def rowOf(lane: Int)                      = lane / w.lanesPerRow

  // 2: difference to the mean
  private val difference = step(lanes { i =>
    val x = (elements.x(i) << LayerNormWidths.MeanFraction).asSInt
    Fit(x -& scales.io.inHand(rowOf(i)).mean, w.difference)
  })
  private val factor = step(VecInit(scales.io.inHand.map(_.factor)))
  private val shift2 = step(VecInit(scales.io.inHand.map(_.shift)))

  // 3: times the factor
  private val scaled = step(lanes(i => difference(i) * factor(rowOf(i))))
  private val shift3 = step(shift2)

  // 4: z
  private val z = step(lanes { i =>
    val shift = Shift(shift3(rowOf(i)), w.maxZShift)
    RoundShift.saturated(scaled(i), shift, LayerNormWidths.NormalizedBits)
  })

  // 5, 6: gain and offset
  private val gained = step(
    VecInit(z.zip(Delay(elements.gain, 3, advance)).map { case (x, y) => SignedProduct(x, y) })
  )
  private val offset = step(
    VecInit(gained.zip(Delay(elements.offset, 4, advance)).map { case (x, y) => x +& y })
  )

  // 7: into the beat
  private val shift = Delay(elements.shift, 5, advance)
  private val tag   = delay(elements.tag, 5)
  private val valid = (0 until 5).foldLeft(elements.valid)((v, _) => RegEnable(v, false.B, advance))
  private val last  = Reg(Bool())
  private val group = RegInit(0.U(math.max(1, log2Ceil(w.groups)).W))
  when(advance) {
    complete := valid && tag.lastOfWord
    last     := tag.last
  }
  when(advance && valid) { group := Mux(tag.lastOfWord, 0.U, group + 1.U) }
  private val result = lanes { i =>
    RoundShift.saturated(offset(i), Shift(shift(i), (1 << shift(i).getWidth) - 1), 8).asUInt
  }
  private val beat = Seq.tabulate(w.groups)(g => Hold(result, advance && valid && group === g.U)).flatten

  private val place = new ActivationPlace(a)
  when(io.begin) { place.begin(io.place.base, io.place.stride, 0.U) }
  when(io.beat.fire) { place.advance(last) }
  io.beat.valid          := complete
  io.beat.bits.address   := place.address
  io.beat.bits.group     := place.group
  io.beat.bits.lastOfRow := last
  io.beat.bits.data      := VecInit(beat)

  private def delay[T <: Data](x: T, cycles: Int): T = (0 until cycles).foldLeft(x)((y, _) => step(y))
}

/** Where the results of a job go. */
class LayerNormPlace(a: Architecture) extends Bundle {
  private val bits = Address.bits(a.buffers.activationWords)

  val base   = UInt(bits.W)
  val stride = UInt(bits.W)
}
