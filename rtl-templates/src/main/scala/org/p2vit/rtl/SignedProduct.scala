package org.p2vit.rtl

import chisel3._

/** `x * y`, by a product in which only `x` has a sign: as LUTs it is a third smaller, and takes the same DSP
  * slice.
  */
object SignedProduct {
  def apply(x: SInt, y: SInt): SInt = {
    val bits      = x.getWidth + y.getWidth
    val magnitude = x * y.tail(1)
    val excess    = Mux(y.head(1).asBool, x << (y.getWidth - 1), 0.S)
    Fit(magnitude - excess, bits)
  }
}
