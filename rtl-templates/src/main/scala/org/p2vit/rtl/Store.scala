package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.StoreJob

/** Ports of [[Store]]. */
class StoreIO(a: Architecture) extends ChunkIO(a) {
  val bases    = Input(new BaseAddresses(a.axi))
  val residual = new BufferShapes(a).residual.read
  val memory   = new AxiWriter(a.axi)
  val error    = Valid(new ChunkError(a))
}

/** STORE: copies RESIDUAL words to the output region (`StoreJob`), one job at a time.
  *
  * A burst is announced only when all of its beats are in the queue, so that an announced burst always ends,
  * whatever happens to the rest of the engine. A job that reaches beyond the output region writes nothing.
  */
class Store(a: Architecture) extends Module {
  val io = IO(new StoreIO(a))

  private val layout    = new JobLayout(a, classOf[StoreJob])
  private val shape     = new BufferShapes(a).residual
  private val slices    = shape.wordBits / a.axi.dataBits
  private val capacity  = 2 * Axi.burstBeats(a.axi)
  private val beatBits  = layout.width("words") + log2Ceil(slices)
  private val splitter  = Module(new BurstSplitter(a.axi, beatBits))
  private val words     = Module(new Queue(UInt(shape.wordBits.W), 2))
  private val beats     = Module(new Queue(UInt(a.axi.dataBits.W), capacity))
  private val announced = Module(new Queue(UInt(Axi.LengthBits.W), 4))

  private val working   = RegInit(false.B)
  private val responses = RegInit(0.U(beatBits.W)) // bursts without response
  private val index     = Reg(UInt(JobBits.indexBits(a).W))

  private val start = accept()
  readWords()
  sliceWords()
  announceBursts()
  sendBeats()
  finish()

  /** Takes a job if it stays in the output region, or reports it. */
  private def accept(): Bool = {
    val job     = io.job.bits
    val address = layout.unsigned(job, "address")
    val count   = layout.unsigned(job, "words")
    val go      = io.job.valid && !working && WaitCondition.all(job, io.progress)
    val inside  = address +& (count << log2Ceil(shape.wordBits / 8)) <= io.bases.outputBytes
    // Without a job there is no burst: the splitter takes the transfer.
    val start = go && inside

    io.job.ready                      := start
    splitter.io.transfer.valid        := start
    splitter.io.transfer.bits.address := io.bases.output + address
    splitter.io.transfer.bits.beats   := count << log2Ceil(slices)

    when(start) {
      working := true.B
      index   := JobBits.index(a, job)
    }
    // A cycle later, from a register; the job stays where it is.
    when(RegNext(go && !inside, false.B)) {
      io.error.valid      := true.B
      io.error.bits.code  := RegisterMap.ErrorCode.OUT_OF_RANGE.ordinal.U
      io.error.bits.index := JobBits.index(a, job)
    }.otherwise {
      io.error.valid      := io.memory.response.valid && io.memory.response.bits
      io.error.bits.code  := RegisterMap.ErrorCode.AXI_WRITE.ordinal.U
      io.error.bits.index := index
    }
    start
  }

  /** Requests the job's words while there is room for what is on its way. */
  private def readWords(): Unit = {
    val next      = Reg(UInt(Address.bits(shape.words).W))
    val remaining = RegInit(0.U(layout.width("words").W))
    val arriving  = RegNext(io.residual.request.fire, false.B)

    io.residual.request.valid := remaining =/= 0.U && words.io.count +& arriving < 2.U
    io.residual.request.bits  := next
    words.io.enq.valid        := arriving
    words.io.enq.bits         := io.residual.data
    when(io.residual.request.fire) {
      next      := next + 1.U
      remaining := remaining - 1.U
    }
    when(start) {
      next      := Address.of(layout.unsigned(io.job.bits, "word"), shape.words)
      remaining := layout.unsigned(io.job.bits, "words")
    }
  }

  private def sliceWords(): Unit = {
    val slice = RegInit(0.U(math.max(1, log2Ceil(slices)).W))
    val last  = slice === (slices - 1).U
    val parts =
      VecInit.tabulate(slices)(i => words.io.deq.bits((i + 1) * a.axi.dataBits - 1, i * a.axi.dataBits))
    beats.io.enq.valid := words.io.deq.valid
    beats.io.enq.bits  := (if (slices == 1) parts(0) else parts(slice))
    words.io.deq.ready := beats.io.enq.ready && last
    when(beats.io.enq.fire) { slice := Mux(last, 0.U, slice + 1.U) }
  }

  private def announceBursts(): Unit = {
    // Beats in the queue that no announced burst claims.
    val free    = RegInit(0.U(log2Ceil(capacity + 1).W))
    val length  = splitter.io.burst.bits.length
    val claimed = (length +& 1.U)(free.getWidth - 1, 0)
    val go      = free > length && announced.io.enq.ready

    io.memory.burst.bits    := splitter.io.burst.bits
    io.memory.burst.valid   := splitter.io.burst.valid && go
    splitter.io.burst.ready := io.memory.burst.ready && go
    announced.io.enq.valid  := io.memory.burst.fire
    announced.io.enq.bits   := length
    free                    := free + beats.io.enq.fire - Mux(io.memory.burst.fire, claimed, 0.U)
  }

  private def sendBeats(): Unit = {
    val sent = RegInit(0.U(Axi.LengthBits.W)) // of the burst in hand
    val last = sent === announced.io.deq.bits
    io.memory.beat.valid     := announced.io.deq.valid && beats.io.deq.valid
    io.memory.beat.bits.data := beats.io.deq.bits
    io.memory.beat.bits.last := last
    beats.io.deq.ready       := announced.io.deq.valid && io.memory.beat.ready
    announced.io.deq.ready   := io.memory.beat.fire && last
    when(io.memory.beat.fire) { sent := Mux(last, 0.U, sent + 1.U) }
  }

  /** A job is complete with the response to its last burst. */
  private def finish(): Unit = {
    responses := responses + io.memory.burst.fire - io.memory.response.valid
    val allAnnounced = !splitter.io.burst.valid
    val good         = io.memory.response.valid && !io.memory.response.bits
    io.done := working && allAnnounced && responses === 1.U && good
    io.busy := io.memory.beat.fire
    when(io.done) { working := false.B }
  }
}
