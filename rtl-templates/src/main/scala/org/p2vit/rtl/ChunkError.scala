package org.p2vit.rtl

import chisel3._

/** Why a chunk gives up.
  *
  *   - `code`: ordinal of `RegisterMap.ErrorCode`
  *   - `index`: place in the program of the job concerned
  */
class ChunkError(a: Architecture) extends Bundle {
  val code  = UInt(ChunkError.CodeBits.W)
  val index = UInt(JobBits.indexBits(a).W)
}

object ChunkError {
  val CodeBits = 8
}

/** The base address registers. */
class BaseAddresses(axi: Architecture.Axi) extends Bundle {
  val model  = UInt(axi.addressBits.W)
  val input  = UInt(axi.addressBits.W)
  val output = UInt(axi.addressBits.W)

  /** Bytes of the output region. */
  val outputBytes = UInt(math.min(32, axi.addressBits).W)
}
