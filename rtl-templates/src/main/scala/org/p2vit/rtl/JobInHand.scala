package org.p2vit.rtl

import chisel3._
import org.p2vit.rtl.job.Job

/** The job that a chunk works on, and the gate of its next row block.
  *
  * A chunk takes a job whenever it has none or calls [[finish]], starts its row blocks in order by
  * [[startRow]] whenever [[open]], and calls [[finish]] when no unit needs the job's fields any more.
  *
  * @param a
  *   bounds the fields
  * @param io
  *   ports of the chunk; `job.ready` is driven from here
  * @param kind
  *   the job's record
  */
class JobInHand(a: Architecture, io: ChunkIO, kind: Class[_ <: Job]) {
  private val layout = new JobLayout(a, kind)
  private val held   = Hold(layout.pack(io.job.bits), io.job.fire) // waits and the job's own fields
  private val bits   = layout.unpack(held)

  val valid: Bool    = RegInit(false.B)
  private val ending = WireDefault(false.B)
  private val starts = WireDefault(false.B)

  /** The row block that starts next. */
  val row: UInt = Reg(UInt(unsignedField("rowBlocks").getWidth.W))

  /** All row blocks have started. */
  val exhausted: Bool = row === unsignedField("rowBlocks")

  // Waits once fulfilled stay fulfilled, so their registered outcome holds until the row changes, which is
  // known late in a cycle.
  private val waited =
    RegNext(valid && !exhausted && WaitCondition.all(bits, io.progress, "perRow" -> row), false.B)
  private val changed = RegNext(starts || ending, false.B)

  /** Row block [[row]] may start. */
  val open: Bool = waited && !changed

  io.job.ready := !valid || ending
  when(ending) { valid := false.B }
  when(io.job.fire) {
    valid := true.B
    row   := 0.U
  }

  /** High in the first cycle with a new job. */
  val first: Bool = RegNext(io.job.fire, false.B)

  /** A field of the job, by name. */
  def unsignedField(name: String): UInt = layout.unsigned(bits, name)

  /** To be called where [[open]] holds. */
  def startRow(): Unit = {
    starts := true.B
    row    := row + 1.U
  }

  /** Gives the job up. */
  def finish(): Unit = ending := true.B
}
