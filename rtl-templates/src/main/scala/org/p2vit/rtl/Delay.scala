package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** What a pipeline had some steps ago, from a memory: for what many stages only pass on. A chain of registers
  * that hold what they have while the pipeline stands still takes a LUT a bit and stage where flip-flops have
  * no enable of their own, and moves all bits in each step where they have.
  */
object Delay {

  /** @param steps
    *   two at least
    * @param advance
    *   a step
    */
  def apply[T <: Data](x: T, steps: Int, advance: Bool): T = {
    require(steps >= 2, s"$steps steps are not worth a memory")
    val bits   = log2Ceil(steps)
    val memory = SyncReadMem(1 << bits, chiselTypeOf(x), SyncReadMem.Undefined)
    val next   = RegInit(0.U(bits.W))
    when(advance) {
      memory.write(next, x)
      next := next + 1.U
    }
    // It comes with the next step.
    memory.read(next - (steps - 1).U, advance)
  }
}
