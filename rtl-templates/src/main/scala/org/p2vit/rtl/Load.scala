package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.LoadJob

/** Ports of [[Load]]. One write port a destination; the activation table always takes what it is given. */
class LoadIO(a: Architecture) extends ChunkIO(a) {
  private val buffers = new BufferShapes(a)

  val bases              = Input(new BaseAddresses(a.axi))
  val memory             = new AxiReader(a.axi)
  val activationWrite    = Decoupled(buffers.loadWrite(buffers.activation))
  val weightWrite        = Decoupled(buffers.loadWrite(buffers.weight))
  val residualWrite      = Decoupled(buffers.loadWrite(buffers.residual))
  val parameterWrite     = Decoupled(buffers.loadWrite(buffers.parameter))
  val normParameterWrite = Decoupled(buffers.loadWrite(buffers.normParameter))
  val tableWrite         = Valid(buffers.loadWrite(buffers.table))
  val error              = Valid(new ChunkError(a))
}

/** Where the beats of one job go. */
private class LoadTarget(a: Architecture) extends Bundle {
  private val layout              = new JobLayout(a, classOf[LoadJob])
  private def field(name: String) = UInt(layout.width(name).W)

  val destination = field("destination")
  val word        = field("word")
  val beats       = field("beats")
  val unitBeats   = field("unitBeats")
  val runWords    = field("runWords")
  val runStride   = field("runStride")
  val index       = UInt(JobBits.indexBits(a).W)
}

/** LOAD: copies runs of beats from memory to the buffers (`LoadJob`).
  *
  * A job's bursts go out as soon as its waits hold, while the data of jobs before it is still on its way: up
  * to `axi.outstanding` bursts, so that the memory's latency is paid once and not a job. Beats come back in
  * order and are written as they come.
  */
class Load(a: Architecture) extends Module {
  val io = IO(new LoadIO(a))

  private val buffers  = new BufferShapes(a)
  private val layout   = new JobLayout(a, classOf[LoadJob])
  private val splitter = Module(new BurstSplitter(a.axi, layout.width("beats")))
  private val targets  = Module(new Queue(new LoadTarget(a), a.axi.outstanding))
  private val beats    = Queue(io.memory.beat, 2)

  issue()
  limitOutstanding()
  receive()

  /** Takes a job: its address to the splitter, its destination to the receiving side. */
  private def issue(): Unit = {
    val job = io.job.bits
    val go  = WaitCondition.all(job, io.progress)

    io.job.ready               := go && splitter.io.transfer.ready && targets.io.enq.ready
    targets.io.enq.valid       := io.job.fire
    splitter.io.transfer.valid := io.job.fire

    val fromInput = layout.unsigned(job, "source") === LoadJob.Source.INPUT.ordinal.U
    val base      = Mux(fromInput, io.bases.input, io.bases.model)
    splitter.io.transfer.bits.address := base + layout.unsigned(job, "address")
    splitter.io.transfer.bits.beats   := layout.unsigned(job, "beats")

    val target = targets.io.enq.bits
    target.destination := layout.unsigned(job, "destination")
    target.word        := layout.unsigned(job, "word")
    target.beats       := layout.unsigned(job, "beats")
    target.unitBeats   := layout.unsigned(job, "unitBeats")
    target.runWords    := layout.unsigned(job, "runWords")
    target.runStride   := layout.unsigned(job, "runStride")
    target.index       := JobBits.index(a, job)
  }

  /** Passes bursts on while fewer than `axi.outstanding` have beats to come. */
  private def limitOutstanding(): Unit = {
    val limit    = a.axi.outstanding
    val inFlight = RegInit(0.U(log2Ceil(limit + 1).W))
    io.memory.burst <> splitter.io.burst
    when(inFlight === limit.U) {
      io.memory.burst.valid   := false.B
      splitter.io.burst.ready := false.B
    }
    val ended = beats.fire && beats.bits.last
    inFlight := inFlight + io.memory.burst.fire - ended
  }

  private def receive(): Unit = {
    val target = targets.io.deq.bits
    val beat   = RegInit(0.U(target.beats.getWidth.W))
    val inUnit = RegInit(0.U(target.unitBeats.getWidth.W))
    val run    = RegInit(0.U(target.word.getWidth.W))     // start of the run of words, from target.word
    val inRun  = RegInit(0.U(target.runWords.getWidth.W)) // words of it that are full
    val slice  = RegInit(0.U(math.max(1, log2Ceil(maxSlices)).W))

    val valid     = beats.valid && targets.io.deq.valid
    val address   = target.word + run + inRun
    val ready     = WireDefault(true.B)
    val lastSlice = WireDefault(true.B)

    def connect(port: MemoryWrite, select: Bool, shape: BufferShape): Unit = {
      val slices        = shape.wordBits / a.axi.dataBits
      val lanesPerSlice = shape.lanes / slices
      port.address := Address.of(address, shape.words)
      port.data    := beats.bits.data
      port.mask    := Cat((0 until slices).reverse.map(i => Fill(lanesPerSlice, slice === i.U)))
      when(select) { lastSlice := slice === (slices - 1).U }
    }
    def selected(d: LoadJob.Destination) = target.destination === d.ordinal.U
    def decoupled(port: DecoupledIO[MemoryWrite], d: LoadJob.Destination, shape: BufferShape): Unit = {
      port.valid := valid && selected(d)
      when(selected(d)) { ready := port.ready }
      connect(port.bits, selected(d), shape)
    }

    import LoadJob.Destination._
    decoupled(io.activationWrite, ACTIVATION, buffers.activation)
    decoupled(io.weightWrite, WEIGHT, buffers.weight)
    decoupled(io.residualWrite, RESIDUAL, buffers.residual)
    decoupled(io.parameterWrite, PARAMETER, buffers.parameter)
    decoupled(io.normParameterWrite, NORM_PARAMETER, buffers.normParameter)
    io.tableWrite.valid := valid && selected(TABLE)
    connect(io.tableWrite.bits, selected(TABLE), buffers.table)

    val written  = valid && ready
    val endsJob  = beat === target.beats - 1.U
    val endsRun  = inRun === target.runWords - 1.U
    val endsUnit = inUnit === target.unitBeats - 1.U
    beats.ready          := ready && targets.io.deq.valid
    targets.io.deq.ready := written && endsJob
    when(written) {
      beat   := Mux(endsJob, 0.U, beat + 1.U)
      inUnit := Mux(endsUnit || endsJob, 0.U, inUnit + 1.U)
      slice  := Mux(lastSlice || endsJob, 0.U, slice + 1.U)
      run    := Mux(endsJob, 0.U, run + Mux(lastSlice && endsRun, target.runStride, 0.U))
      inRun  := Mux(endsJob || (lastSlice && endsRun), 0.U, inRun + lastSlice)
    }
    io.done             := written && endsUnit && !beats.bits.error
    io.busy             := written
    io.error.valid      := written && beats.bits.error
    io.error.bits.code  := RegisterMap.ErrorCode.AXI_READ.ordinal.U
    io.error.bits.index := target.index
  }

  private def maxSlices =
    Seq(buffers.activation, buffers.weight, buffers.residual, buffers.parameter)
      .map(_.wordBits / a.axi.dataBits)
      .max
}
