package org.p2vit.rtl

import chisel3._

/** A number in exactly so many bits: extended, or without its upper bits. */
object Fit {
  def apply(x: UInt, bits: Int): UInt = x.pad(bits)(bits - 1, 0)
  def apply(x: SInt, bits: Int): SInt = x.pad(bits).asUInt(bits - 1, 0).asSInt
}
