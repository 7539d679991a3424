package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** A wide register that takes `next` with `enable`. A module of its own, so that a mapper that maps for depth
  * finds an enable that takes several LUTs once, not for each bit.
  */
class Hold(bits: Int) extends Module {
  val enable = IO(Input(Bool()))
  val next   = IO(Input(UInt(bits.W)))
  val held   = IO(Output(UInt(bits.W)))

  held := RegEnable(next, enable)
}

object Hold {
  def apply[T <: Data](next: T, enable: Bool): T = {
    val register = Module(new Hold(next.getWidth))
    register.enable := enable
    register.next   := next.asUInt
    register.held.asTypeOf(next)
  }
}
