package org.p2vit.rtl

import chisel3._
import chisel3.experimental.hierarchy.{Definition, Instance}
import chisel3.util._
import org.p2vit.rtl.job.MatMulJob.Destination
import org.p2vit.rtl.job.ParameterFormat

/** R x p results on their way to memory, sign-extended to 16 bits, row-major. */
class ResultBeat(a: Architecture) extends Bundle {
  val place  = new ResultPlace(a)
  val values = Vec(a.requantLanes, SInt(Architecture.RESIDUAL_CONTAINER_BITS.W))
}

/** Makes results of totals, one beat of R x p a cycle: reads the parameters of the p channels and, where
  * results are added to the residual stream, what is there; the arithmetic is in [[RequantizerLane]].
  */
class Requantizer(a: Architecture) extends Module {
  private val shapes = new BufferShapes(a)
  private val p      = a.requantColumns
  val io = IO(new Bundle {
    val totals     = Flipped(Decoupled(Vec(a.requantLanes, SInt(a.economy.accumulatorBits.W))))
    val control    = Flipped(Decoupled(new ResultControl(a)))
    val parameter  = shapes.parameter.read
    val residual   = shapes.residual.read
    val tableWrite = Flipped(Valid(shapes.table.write))
    val result     = Decoupled(new ResultBeat(a))
  })

  // Parameters and residuals are asked for ahead of the totals.
  private val (item, words) = ReadJoin(
    io.control,
    ReadJoin.Source(io.parameter, io.control.bits.parameter, io.control.bits.useParameters, own = true),
    ReadJoin.Source(io.residual, io.control.bits.place.address, io.control.bits.adds)
  )
  private val advance = Wire(Bool())
  item.ready      := io.totals.valid && advance
  io.totals.ready := item.valid && advance

  // Stage i + 1 has what it is to take if reached(i).
  private val reached = Seq.iterate(item.valid && io.totals.valid, 5)(RegEnable(_, false.B, advance))
  private val enable  = reached.map(_ && advance)
  private val control =
    Seq.iterate((item.bits, 0), 5) { case (c, i) => (RegEnable(c, enable(i)), i + 1) }.map(_._1)
  advance := !reached(4) || io.result.ready

  private val columns = Seq.tabulate(p)(new ColumnParameters(_))
  private val lane    = Definition(new RequantizerLane(a)) // one module, however many lanes
  private val lanes   = Seq.fill(a.requantLanes)(Instance(lane))
  for ((lane, i) <- lanes.zipWithIndex) {
    val bits   = Architecture.RESIDUAL_CONTAINER_BITS
    val column = columns(i % p)
    lane.io.enable                := enable.take(4)
    lane.io.total                 := io.totals.bits(i)
    lane.io.bias                  := column.bias
    lane.io.residual              := words(1)((i + 1) * bits - 1, i * bits).asSInt
    lane.io.control.shift         := column.shift
    lane.io.control.secondShift   := column.second
    lane.io.control.byte          := isByte(control(2)) && !control(2).activation
    lane.io.control.add           := control(2).adds
    lane.io.control.indexShift    := control(2).indexShift
    lane.io.control.lookUp        := control(2).activation
    lane.io.control.subtract      := control(3).activation
    lane.io.control.activate      := control(4).activation
    lane.io.control.activateShift := column.last
    lane.io.tableWrite            := io.tableWrite
  }
  io.result.valid       := reached(4)
  io.result.bits.place  := Delay(item.bits.place, 4, advance)
  io.result.bits.values := VecInit(lanes.map(_.io.result))

  private def isByte(c: ResultControl): Bool = !c.adds && !c.place.is(Destination.RESIDUAL_SET)

  /** One of the p channels of a beat: its parameters at the stages that need them. */
  private class ColumnParameters(index: Int) {
    private val fields = org.p2vit.rtl.job.JobFormat.fields(
      classOf[ParameterFormat.Output],
      index * ParameterFormat.BITS
    )
    private val stored                    = item.bits.useParameters
    private def field(name: String): SInt = JobBits.signed(words.head, fields, name)

    val bias: SInt  = Fit(Mux(stored, field("bias"), 0.S), a.economy.accumulatorBits)
    val shift: SInt = RegEnable(Mux(stored, field("shift"), item.bits.shift), enable(0))

    private val secondShift = Mux(stored, field("second"), 0.S)

    /** The second shift as the second stage needs it, and the last. */
    val second: SInt = RegEnable(secondShift, enable(0))
    val last: SInt   = Delay(secondShift, 4, advance)
  }
}
