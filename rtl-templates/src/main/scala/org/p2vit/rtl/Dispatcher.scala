package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.{Header, JobFormat}

/** Hands the jobs of the program, in order, to the queues of their chunks.
  *
  * A job that cannot be executed is reported and stays where it is; the end of the program is reported when
  * its waits hold.
  */
class Dispatcher(a: Architecture) extends Module {
  val io = IO(new Bundle {
    val fetched  = Flipped(Decoupled(new FetchedJob))
    val progress = Input(Progress())
    val jobs     = Vec(Chunk.values.length, Decoupled(UInt(JobBits.Width.W)))

    /** A job goes to its queue. */
    val dispatched = Output(Bool())

    /** Jobs dispatched; the place in the program of the next. */
    val count = Output(UInt(JobBits.IndexBits.W))
    val ended = Output(Bool())
    val error = Valid(new ChunkError)
  })

  private val index = RegInit(0.U(JobBits.IndexBits.W))
  private val job   = io.fetched.bits
  private val good  = job.intact && !job.axiError && JobCheck.valid(job.bits)
  private val isEnd = JobCheck.isEnd(job.bits)

  io.count       := index
  io.ended       := io.fetched.valid && good && isEnd && WaitCondition.all(job.bits, io.progress, 0.U, 0.U)
  io.error.valid := io.fetched.valid && !good
  io.error.bits.code := Mux(
    job.axiError,
    RegisterMap.ErrorCode.AXI_READ.ordinal.U,
    RegisterMap.ErrorCode.BAD_JOB.ordinal.U
  )
  io.error.bits.index := index

  private val taken = Chunk.values.toSeq.map { chunk =>
    val i = chunk.ordinal
    // The queue holds the bits that the job has, and its index.
    val jobType = JobFormat.types.get(i).asSubclass(classOf[java.lang.Record])
    val used    = JobFormat.width(classOf[Header]) + JobFormat.width(jobType)
    val queue   = Module(new Queue(UInt((used + JobBits.IndexBits).W), a.jobQueue))
    queue.io.enq.valid := io.fetched.valid && good && JobCheck.opcode(job.bits) === i.U
    queue.io.enq.bits  := Cat(index, job.bits(used - 1, 0))
    io.jobs(i).valid   := queue.io.deq.valid
    queue.io.deq.ready := io.jobs(i).ready
    io.jobs(i).bits := Cat(
      queue.io.deq.bits(used + JobBits.IndexBits - 1, used),
      0.U((JobBits.Width - JobBits.IndexBits - used).W),
      queue.io.deq.bits(used - 1, 0)
    )
    queue.io.enq.fire
  }
  io.dispatched    := taken.reduce(_ || _)
  io.fetched.ready := io.dispatched
  when(io.dispatched) { index := index + 1.U }
}
