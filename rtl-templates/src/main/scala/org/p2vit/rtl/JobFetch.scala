package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.{EndJob, JobFormat}

/** A job as it came from memory. */
class FetchedJob extends Bundle {
  val bits = UInt(JobBits.Width.W)

  /** The exclusive or of its words is zero. */
  val intact = Bool()

  /** A beat of it came with an error response. */
  val axiError = Bool()
}

/** Reads the program, ahead of its execution.
  *
  * Jobs are read in aligned blocks of [[JobFetch.BlockJobs]]; the next block is asked for when one has come
  * without an end of the program in it (or anything that is no job) and there is room for it. So nothing
  * beyond the end is read but the rest of its block, which is in the same page.
  */
class JobFetch(axi: Architecture.Axi) extends Module {
  val io = IO(new Bundle {
    val start   = Input(Bool())
    val program = Input(UInt(axi.addressBits.W))
    val memory  = new AxiReader(axi)
    val job     = Decoupled(new FetchedJob)
  })

  import JobFetch._
  private val jobBeats   = JobFormat.BYTES / axi.bytes
  private val blockBeats = BlockJobs * jobBeats

  private val splitter = Module(new BurstSplitter(axi, log2Ceil(blockBeats + 1)))
  private val beats    = Module(new Queue(new FetchedBeat(axi), 2 * blockBeats))
  private val reading  = RegInit(false.B)                         // the program, its end not yet seen
  private val coming   = RegInit(0.U(log2Ceil(blockBeats + 1).W)) // beats asked for
  private val next     = Reg(UInt(axi.addressBits.W))             // the next block

  askForBlocks()
  takeBeats()
  assemble()

  private def askForBlocks(): Unit = {
    val jobsInBlock = BlockJobs.U - next(BlockBits - 1, JobByteBits)
    val count       = (jobsInBlock * jobBeats.U)(coming.getWidth - 1, 0)
    val room        = beats.io.count <= blockBeats.U
    splitter.io.transfer.valid        := reading && coming === 0.U && room
    splitter.io.transfer.bits.address := next
    splitter.io.transfer.bits.beats   := count
    io.memory.burst <> splitter.io.burst
    when(splitter.io.transfer.fire) {
      coming := count
      next   := Cat((next >> BlockBits) + 1.U, 0.U(BlockBits.W))
    }
    when(io.start) {
      reading := true.B
      next    := Cat(io.program >> JobByteBits, 0.U(JobByteBits.W))
    }
  }

  /** There always is room for what was asked for. */
  private def takeBeats(): Unit = {
    val header = JobFormat.header()
    val inJob  = RegInit(0.U(math.max(1, log2Ceil(jobBeats)).W))
    val first  = inJob === 0.U
    val data   = io.memory.beat.bits.data
    val goesOn = JobBits.unsigned(data, header, "magic") === JobFormat.MAGIC.U &&
      JobBits.unsigned(data, header, "opcode") < JobFormat.opcode(classOf[EndJob]).U

    io.memory.beat.ready    := true.B
    beats.io.enq.valid      := io.memory.beat.valid
    beats.io.enq.bits.data  := data
    beats.io.enq.bits.error := io.memory.beat.bits.error
    when(io.memory.beat.valid) {
      inJob  := Mux(inJob === (jobBeats - 1).U, 0.U, inJob + 1.U)
      coming := coming - 1.U
      when((first && !goesOn) || io.memory.beat.bits.error) { reading := false.B }
    }
  }

  private def assemble(): Unit = {
    val got    = RegInit(0.U(log2Ceil(jobBeats + 1).W))
    val bits   = Reg(UInt(JobBits.Width.W))
    val parity = Reg(UInt(32.W))
    val intact = Reg(Bool())
    val error  = Reg(Bool())
    val full   = got === jobBeats.U
    val beat   = beats.io.deq.bits

    beats.io.deq.ready   := !full
    io.job.valid         := full
    io.job.bits.bits     := bits
    io.job.bits.intact   := intact
    io.job.bits.axiError := error
    when(beats.io.deq.fire) {
      val first = got === 0.U
      bits := (if (jobBeats == 1) beat.data else Cat(beat.data, bits(JobBits.Width - 1, axi.dataBits)))
      val sofar = folded(Mux(first, 0.U, parity), beat.data)
      parity := sofar
      intact := sofar === 0.U
      error  := (!first && error) || beat.error
      got    := got + 1.U
    }
    when(io.job.fire) { got := 0.U }
  }

  /** The exclusive or of words of 32 bits so far and of those of `data`. Beats that are less than a word take
    * their turns at the lower end.
    */
  private def folded(sofar: UInt, data: UInt): UInt =
    if (axi.dataBits < 32) (sofar(axi.dataBits - 1, 0) ^ data) ## sofar(31, axi.dataBits)
    else (0 until axi.dataBits / 32).map(i => data(32 * i + 31, 32 * i)).foldLeft(sofar)(_ ^ _)
}

private class FetchedBeat(axi: Architecture.Axi) extends Bundle {
  val data  = UInt(axi.dataBits.W)
  val error = Bool()
}

object JobFetch {

  /** Jobs that are read together. */
  val BlockJobs = 4

  private val JobByteBits = log2Ceil(JobFormat.BYTES)
  private val BlockBits   = log2Ceil(BlockJobs * JobFormat.BYTES)
}
