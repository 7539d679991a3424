package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.{JobFormat, ParameterFormat}

/** L elements in the first pipeline register of a pass.
  *
  * @param codes
  *   `q`
  * @param parameter
  *   as in `ParameterFormat.Norm`
  */
class LayerNormElement(
    a: Architecture,
    val valid: Bool,
    val tag: LayerNormTag,
    val codes: Seq[SInt],
    parameter: Seq[UInt]
) {
  private val fields  = JobFormat.fields(classOf[ParameterFormat.Norm], 0)
  private val ptfBits = math.max(1, log2Ceil(a.ptfMax + 1))

  val ptf: Vec[UInt]    = VecInit(parameter.map(JobBits.unsigned(_, fields, "ptf")(ptfBits - 1, 0)))
  val gain: Vec[SInt]   = VecInit(parameter.map(JobBits.signed(_, fields, "gain")))
  val offset: Vec[SInt] = VecInit(parameter.map(JobBits.signed(_, fields, "offset")))
  val shift: Vec[UInt]  = VecInit(parameter.map(JobBits.unsigned(_, fields, "shift")))

  /** `X`. */
  val x: Vec[SInt] =
    VecInit(codes.zip(ptf).map { case (q, f) => Fit(q << f, width) })

  private def width = new LayerNormWidths(a).x
}

object LayerNormElement {
  private val Used = JobFormat.width(classOf[ParameterFormat.Norm])

  /** Puts a reader's elements into a register. */
  def register(a: Architecture, from: DecoupledIO[LayerNormElements], enable: Bool): LayerNormElement =
    new LayerNormElement(
      a,
      RegEnable(from.valid, false.B, enable),
      RegEnable(from.bits.tag, enable),
      from.bits.codes.map(RegEnable(_, enable)),
      from.bits.parameter.map(w => RegEnable(w(Used - 1, 0), enable))
    )
}
