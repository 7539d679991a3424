package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.ShifterJob

/** Ports of [[Shifter]]. */
class ShifterIO(a: Architecture) extends ChunkIO(a) {
  val code            = new BufferShapes(a).code.read
  val value           = new BufferShapes(a).value.read
  val activationWrite = Decoupled(ActivationBeat.write(a))
  val tap             = Output(Valid(UInt((a.requantLanes * 8).W)))
}

/** SHIFTER: log2 attention codes times V (`ShifterJob`, docs/numerics.md section 6).
  *
  * R x Cs x Ds shift-adds a cycle ([[ShifterArray]]). A finished tile moves to a second bank of registers,
  * from where it is re-quantized, R x p results a cycle, while the next one accumulates: no cycle is lost as
  * long as a tile has at least Cs/p token groups.
  */
class Shifter(a: Architecture) extends Module {
  val io = IO(new ShifterIO(a))

  private val p     = a.requantColumns
  private val beats = a.shifterColumns / p
  private val job   = new JobInHand(a, io, classOf[ShifterJob])
  private val walk  = new ShifterWalk(a, job)
  private val array = Module(new ShifterArray(a))
  private val place = new ActivationPlace(a)
  private val tile  = array.io.tile.bits

  private val (items, words) = ReadJoin(
    walk.item,
    ReadJoin.Source(io.code, walk.codeAddress, own = true),
    ReadJoin.Source(io.value, walk.valueAddress, own = true)
  )
  array.io.operands.valid      := items.valid
  array.io.operands.bits.tag   := items.bits
  array.io.operands.bits.code  := words(0)
  array.io.operands.bits.value := words(1)
  items.ready                  := array.io.operands.ready

  private val remaining = RegInit(0.U(log2Ceil(beats + 1).W))
  private val lastTile  = Reg(Bool())
  private val shift     = Reg(UInt(job.unsignedField("shift").getWidth.W))
  private val bank      = Module(new ShifterBank(a, shift.getWidth))

  private val writing = RegInit(false.B)
  private val advance = !writing || io.activationWrite.ready
  private val leaving = remaining =/= 0.U && advance
  private val move    = array.io.tile.valid && (remaining === 0.U || (remaining === 1.U && leaving))
  private val opening = move && tile.tag.opening

  bank.io.load        := move
  bank.io.next        := leaving
  bank.io.tile        := tile
  bank.io.shift       := shift
  array.io.tile.ready := move
  when(leaving) { remaining := remaining - 1.U }
  when(move) {
    lastTile  := tile.tag.lastTile
    remaining := beats.U
  }

  private val next = Wire(new ActivationBeat(a))
  next.address   := place.address
  next.group     := place.group
  next.lastOfRow := lastTile && remaining === 1.U
  next.data      := bank.io.results
  private val result = Hold(next, leaving)
  when(leaving) { place.advance(next.lastOfRow) }
  when(opening) {
    shift := job.unsignedField("shift")
    place.begin(job.unsignedField("base"), job.unsignedField("stride"), job.unsignedField("column"))
  }

  when(advance) { writing := leaving }

  io.activationWrite.valid := writing
  io.activationWrite.bits  := ActivationBeat.write(a, result)
  io.done                  := io.activationWrite.fire && result.lastOfRow
  io.busy                  := array.io.busy
  io.tap.valid             := io.activationWrite.fire
  io.tap.bits              := result.data.asUInt
  dontTouch(io.tap)

  // The job's fields are needed until its first tile is in the bank.
  private val unopened = RegInit(false.B)
  when(walk.item.fire && walk.item.bits.opening) { unopened := true.B }.elsewhen(opening) {
    unopened := false.B
  }
  when(job.valid && walk.finished && !unopened) { job.finish() }
}
