package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.RegisterMap._

/** Ports of [[Controller]]; vectors are indexed by `Chunk.ordinal`. */
class ControllerIO(a: Architecture) extends Bundle {
  private val chunks = Chunk.values.length

  val registers  = new AxiLitePort
  val irq        = Output(Bool())
  val program    = new AxiReader(a.axi)
  val jobs       = Vec(chunks, Decoupled(UInt(JobBits.Width.W)))
  val done       = Input(Vec(chunks, Bool()))
  val busy       = Input(Vec(chunks, Bool()))
  val stall      = Input(Vec(StallCause.SIGNALS, Bool()))
  val progress   = Output(Progress(a))
  val bases      = Output(new BaseAddresses(a.axi))
  val loadError  = Flipped(Valid(new ChunkError(a)))
  val storeError = Flipped(Valid(new ChunkError(a)))

  /** For one cycle before a run: reset of all chunks. */
  val clear = Output(Bool())

  /** The memory port starts no new transactions. */
  val halt = Output(Bool())

  /** No memory transaction is under way. */
  val drained = Input(Bool())

  /** Something was handed over on the memory port. */
  val memoryActive = Input(Bool())
}

/** The registers, and what they start: fetching and dispatching the program, progress, errors, counters. */
class Controller(a: Architecture) extends Module {
  val io = IO(new ControllerIO(a))

  private val slave      = Module(new AxiLiteSlave)
  private val supervisor = Module(new Supervisor(a))
  private val counters   = Module(new PerformanceCounters(a))

  // Everything that belongs to a run starts afresh with it.
  private val runReset   = reset.asBool || supervisor.io.clear
  private val fetch      = withReset(runReset)(Module(new JobFetch(a.axi)))
  private val dispatcher = withReset(runReset)(Module(new Dispatcher(a)))
  private val progress   = withReset(runReset)(RegInit(VecInit(io.progress.map(c => 0.U(c.getWidth.W)))))

  slave.io.port <> io.registers

  private val irqEnable = stored(IRQ_ENABLE, 1)
  private val watchdog  = stored(WATCHDOG, 32)
  private val program   = address(PROGRAM_LOW, PROGRAM_HIGH, job.JobFormat.BYTES)
  io.bases.model  := address(MODEL_LOW, MODEL_HIGH, a.axi.bytes)
  io.bases.input  := address(INPUT_LOW, INPUT_HIGH, a.axi.bytes)
  io.bases.output := address(OUTPUT_LOW, OUTPUT_HIGH, a.axi.bytes)
  io.bases.outputBytes := Fit(
    stored(OUTPUT_BYTES, io.bases.outputBytes.getWidth),
    io.bases.outputBytes.getWidth
  )

  runProgram()
  supervise()
  interrupt()
  count()
  readRegisters()

  private def runProgram(): Unit = {
    fetch.io.start   := supervisor.io.go
    fetch.io.program := program
    fetch.io.memory <> io.program
    dispatcher.io.fetched <> fetch.io.job
    dispatcher.io.progress := progress
    dispatcher.io.jobs <> io.jobs
    io.progress := progress
    progress.zip(io.done).foreach { case (p, done) => when(done) { p := p + 1.U } }
  }

  private def supervise(): Unit = {
    val control = slave.io.write.valid && slave.io.write.bits.to(CONTROL) && slave.io.write.bits.strobe(0)
    supervisor.io.start    := control && (slave.io.write.bits.data & CONTROL_START.U).orR
    supervisor.io.reset    := control && (slave.io.write.bits.data & CONTROL_RESET.U).orR
    supervisor.io.watchdog := watchdog
    supervisor.io.progress := io.done.asUInt.orR || io.memoryActive || dispatcher.io.dispatched
    supervisor.io.ended    := dispatcher.io.ended
    supervisor.io.position := dispatcher.io.count
    supervisor.io.drained  := io.drained
    io.clear               := supervisor.io.clear
    io.halt                := supervisor.io.halt

    val errors = Seq(
      io.storeError       -> Chunk.STORE.ordinal,
      io.loadError        -> Chunk.LOAD.ordinal,
      dispatcher.io.error -> Chunk.LOAD.ordinal // chunk 0: none in particular
    )
    supervisor.io.error.valid := errors.map(_._1.valid).reduce(_ || _)
    supervisor.io.error.bits  := PriorityMux(errors.map { case (e, _) => e.valid -> e.bits })
    supervisor.io.errorFrom   := PriorityMux(errors.map { case (e, chunk) => e.valid -> chunk.U })
  }

  private def interrupt(): Unit = {
    val pending = RegInit(false.B)
    when(slave.io.write.valid && slave.io.write.bits.to(IRQ_CLEAR)) { pending := false.B }
    when(supervisor.io.clear) { pending := false.B }
    when(supervisor.io.finished) { pending := true.B }
    io.irq := pending && irqEnable(0)
  }

  private def count(): Unit = {
    counters.io.clear   := supervisor.io.clear
    counters.io.running := supervisor.io.running
    counters.io.busy    := io.busy
    counters.io.stall   := io.stall
    // Simulation traces them, whether they are counted or not.
    dontTouch(io.busy)
    dontTouch(io.stall)
  }

  private def readRegisters(): Unit = {
    val values = Map(
      ID                  -> ID_VALUE.U,
      VERSION             -> VERSION_VALUE.U,
      STATUS              -> supervisor.io.status,
      ERROR_INFO          -> supervisor.io.errorInfo,
      PARAM_ROWS          -> a.rows.U,
      PARAM_COLUMNS       -> a.columns.U,
      PARAM_DEPTH         -> a.depth.U,
      PARAM_REQUANT_LANES -> a.requantLanes.U,
      PARAM_AXI_BITS      -> a.axi.dataBits.U,
      CYCLES              -> counters.io.cycles(31, 0),
      CYCLES_HIGH         -> counters.io.cycles(63, 32),
      JOBS                -> dispatcher.io.count
    ) ++ PerformanceCounters.events.map(_._1).zip(counters.io.counts) ++ storedRegisters
    RegisterMap.values
      .filter(_.access != Access.WRITE)
      .foreach(r => require(values.contains(r), s"register $r is not implemented"))
    slave.io.readData := MuxLookup(slave.io.readWord, 0.U(32.W))(
      values.toSeq.sortBy(_._1.offset).map { case (r, v) => (r.offset / 4).U -> v.pad(32) }
    )
  }

  private lazy val storedRegisters = scala.collection.mutable.Map[RegisterMap, UInt]()

  /** A register that keeps the low `bits` of what is written, from bit `from` upwards; zero at reset. */
  private def stored(register: RegisterMap, bits: Int, from: Int = 0): UInt = {
    val stored = Module(new StoredRegister(bits, from)).suggestName(register.name.toLowerCase)
    val write  = slave.io.write
    val mine   = write.valid && write.bits.to(register)
    stored.io.strobe := Mux(mine, write.bits.strobe, 0.U)
    stored.io.data   := write.bits.data
    storedRegisters(register) = stored.io.value
    stored.io.value
  }

  /** An address in two registers, a multiple of `alignment`. */
  private def address(low: RegisterMap, high: RegisterMap, alignment: Int): UInt = {
    val bits    = a.axi.addressBits
    val lowPart = stored(low, math.min(32, bits), log2Ceil(alignment))
    if (bits <= 32) {
      storedRegisters(high) = 0.U
      lowPart(bits - 1, 0)
    } else Cat(stored(high, bits - 32), lowPart)(bits - 1, 0)
  }
}
