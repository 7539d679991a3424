package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.JobFormat

/** Hands the jobs of the program, in order, to the queues of their chunks.
  *
  * A job that cannot be executed is reported and stays where it is; the end of the program is reported when
  * its waits hold.
  */
class Dispatcher(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val fetched  = Flipped(Decoupled(new FetchedJob))
    val progress = Input(Progress(a))
    val jobs     = Vec(Chunk.values.length, Decoupled(UInt(JobBits.Width.W)))

    /** A job goes to its queue. */
    val dispatched = Output(Bool())

    /** Jobs dispatched; the place in the program of the next. */
    val count = Output(UInt(JobBits.indexBits(a).W))
    val ended = Output(Bool())
    val error = Valid(new ChunkError(a))
  })

  private val index = RegInit(0.U(JobBits.indexBits(a).W))
  private val job   = io.fetched.bits
  private val good  = job.intact && !job.axiError && JobCheck.valid(a, job.bits)
  private val isEnd = JobCheck.isEnd(job.bits)

  io.count       := index
  io.ended       := io.fetched.valid && good && isEnd && WaitCondition.all(job.bits, io.progress)
  io.error.valid := io.fetched.valid && !good
  io.error.bits.code := Mux(
    job.axiError,
    RegisterMap.ErrorCode.AXI_READ.ordinal.U,
    RegisterMap.ErrorCode.BAD_JOB.ordinal.U
  )
  io.error.bits.index := index

  private val taken = Chunk.values.toSeq.map { chunk =>
    val i = chunk.ordinal
    // The queue holds the bits that the job has, and its index where the chunk reports errors.
    val layout = new JobLayout(a, JobFormat.types.get(i))
    val place  = if (chunk == Chunk.LOAD || chunk == Chunk.STORE) index else 0.U(0.W)
    val next   = Wire(Decoupled(UInt((place.getWidth + layout.packedBits).W)))
    val queued = if (a.jobQueue == 0) next else Queue(next, a.jobQueue)
    next.valid       := io.fetched.valid && good && JobCheck.opcode(job.bits) === i.U
    next.bits        := place ## layout.pack(job.bits)
    io.jobs(i).valid := queued.valid
    queued.ready     := io.jobs(i).ready
    io.jobs(i).bits := JobBits.withIndex(
      layout.unpack(queued.bits(layout.packedBits - 1, 0)),
      queued.bits >> layout.packedBits
    )
    next.fire
  }
  io.dispatched    := taken.reduce(_ || _)
  io.fetched.ready := io.dispatched
  when(io.dispatched) { index := index + 1.U }
}
