package org.p2vit.rtl

import chisel3._
import chisel3.util._

/** The whole accelerator: the chunks, the buffers between them, and the memory port.
  *
  * A buffer with several writers or readers serves the one named first.
  */
class P2vit(a: Architecture) extends Module {
  val s_axil = IO(new AxiLitePort)
  val m_axi  = IO(new AxiMasterPort(a.axi))
  val irq    = IO(Output(Bool()))

  private val controller = Module(new Controller(a))
  private val port       = Module(new AxiPort(a.axi))

  // A run finds every chunk as after a reset; the buffers keep what they hold.
  private val chunkReset                        = reset.asBool || controller.io.clear
  private def chunk[M <: Module](make: => M): M = withReset(chunkReset)(Module(make))

  private val load      = chunk(new Load(a))
  private val matmul    = chunk(new MatMul(a))
  private val softmax   = chunk(new Softmax(a))
  private val shifter   = chunk(new Shifter(a))
  private val layerNorm = chunk(new LayerNorm(a))
  private val store     = chunk(new Store(a))

  connectOutside()
  connectController()
  connectBuffers()

  private def connectOutside(): Unit = {
    controller.io.registers <> s_axil
    irq := controller.io.irq
    port.io.master <> m_axi
    port.io.fetch <> controller.io.program
    port.io.load <> load.io.memory
    port.io.store <> store.io.memory
    port.io.halt               := controller.io.halt
    controller.io.drained      := port.io.drained
    controller.io.memoryActive := port.io.active
  }

  private def connectController(): Unit = {
    def connect(chunk: Chunk, io: ChunkIO): Unit = {
      io.job <> controller.io.jobs(chunk.ordinal)
      io.progress                       := controller.io.progress
      controller.io.done(chunk.ordinal) := io.done
      controller.io.busy(chunk.ordinal) := io.busy
    }
    connect(Chunk.LOAD, load.io)
    connect(Chunk.MATMUL, matmul.io)
    connect(Chunk.SOFTMAX, softmax.io)
    connect(Chunk.SHIFTER, shifter.io)
    connect(Chunk.LAYER_NORM, layerNorm.io)
    connect(Chunk.STORE, store.io)
    controller.io.stall      := matmul.io.stall
    controller.io.loadError  := load.io.error
    controller.io.storeError := store.io.error
    load.io.bases            := controller.io.bases
    store.io.bases           := controller.io.bases
  }

  private def connectBuffers(): Unit = {
    val activation = Module(new BufferActivation(a))
    write(
      activation,
      matmul.io.activationWrite,
      shifter.io.activationWrite,
      layerNorm.io.activationWrite,
      load.io.activationWrite
    )
    read(activation, matmul.io.activation)

    val weight = Module(new BufferWeight(a))
    write(weight, matmul.io.weightWrite, load.io.weightWrite)
    read(weight, matmul.io.weight)

    val residual = Module(new BufferResidual(a))
    write(residual, matmul.io.residualWrite, load.io.residualWrite)
    read(residual, matmul.io.residualRead, layerNorm.io.residual, store.io.residual)

    val value = Module(new BufferValue(a))
    write(value, matmul.io.valueWrite)
    read(value, shifter.io.value)

    val score = Module(new BufferScore(a))
    write(score, matmul.io.scoreWrite)
    read(score, softmax.io.score)

    val scoreMax = Module(new BufferScoreMax(a))
    write(scoreMax, matmul.io.scoreMaxWrite)
    read(scoreMax, softmax.io.scoreMax)

    val code = Module(new BufferCode(a))
    write(code, softmax.io.codeWrite)
    read(code, shifter.io.code)

    val parameter = Module(new BufferParameter(a))
    write(parameter, load.io.parameterWrite)
    read(parameter, matmul.io.parameter)

    val normParameter = Module(new BufferNormParameter(a))
    write(normParameter, load.io.normParameterWrite)
    read(normParameter, layerNorm.io.parameter)

    matmul.io.tableWrite := load.io.tableWrite
  }

  /** The first of `writers` that has something writes. */
  private def write(memory: MaskedMemory, writers: DecoupledIO[MemoryWrite]*): Unit = {
    val granted                                   = priorities(writers.map(_.valid))
    def first[T <: Data](of: MemoryWrite => T): T = PriorityMux(writers.map(w => w.valid -> of(w.bits)))
    writers.zip(granted).foreach { case (w, g) => w.ready := g }
    memory.clock             := clock
    memory.port.writeEnable  := writers.map(_.valid).reduce(_ || _)
    memory.port.writeAddress := first(_.address)
    memory.port.writeData    := first(_.word)
    memory.port.writeMask    := first(_.mask)
  }

  /** The first of `readers` that asks reads; all see the word, which is for the one that was served. */
  private def read(memory: MaskedMemory, readers: MemoryRead*): Unit = {
    val granted = priorities(readers.map(_.request.valid))
    readers.zip(granted).foreach { case (r, g) =>
      r.request.ready := g
      r.data          := memory.port.readData
    }
    memory.port.readEnable  := readers.map(_.request.valid).reduce(_ || _)
    memory.port.readAddress := PriorityMux(readers.map(r => r.request.valid -> r.request.bits))
  }

  /** For each: no one before it is valid. */
  private def priorities(valid: Seq[Bool]): Seq[Bool] =
    valid.indices.map(i => !valid.take(i).foldLeft(false.B)(_ || _))
}
