package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.{FieldRange, Job, JobFormat}

import scala.jdk.CollectionConverters._

/** The fields of one kind of job as an architecture holds them: no wider than [[FieldRange]] says, waits as
  * wide as the progress counters.
  */
class JobLayout(a: Architecture, kind: Class[_ <: Job]) {
  private val range  = new FieldRange(a)
  private val body   = JobFormat.body(kind).asScala.toSeq
  private val header = JobFormat.header().asScala.toSeq.filter(_.name.startsWith("wait"))

  // Jobs without row blocks or tiles have nothing to step by.
  private val steps = Set(
    "perRow"  -> body.exists(_.name == "rowBlocks"),
    "perTile" -> body.exists(_.name == "tiles")
  ).collect { case (name, false) => name }

  /** (lowest bit in the job, bits held). */
  private val held: Seq[(Int, Int)] =
    header.filterNot(f => steps(f.name.split('.').last)).map { f =>
      f.offset -> (if (f.name.endsWith("base")) a.economy.progressBits else f.width)
    } ++ body.map(f => f.offset -> range.bits(kind, f))

  /** Bits of a packed job. */
  val packedBits: Int = held.map(_._2).sum

  /** What is held of a job. */
  def pack(job: UInt): UInt = Cat(held.map { case (at, width) => job(at + width - 1, at) }.reverse)

  /** A job with what was packed at its place, and zeros elsewhere. */
  def unpack(packed: UInt): UInt = {
    val parts = held.scanLeft((0, 0)) { case ((_, from), (at, width)) => (at + width, from + width) }
    val fields = held.zip(parts).map { case ((at, width), (end, from)) =>
      packed(from + width - 1, from) ## 0.U((at - end).W)
    }
    Cat(fields.reverse).pad(JobBits.Width)
  }

  /** Bits held of a field. */
  def width(name: String): Int = range.bits(kind, range.field(kind, name))

  /** The named field of the job's own record. */
  def unsigned(job: UInt, name: String): UInt = {
    val f = range.field(kind, name)
    require(!f.signed, s"$name is signed")
    job(f.offset + width(name) - 1, f.offset)
  }

  def signed(job: UInt, name: String): SInt = {
    val f = range.field(kind, name)
    require(f.signed, s"$name is unsigned")
    job(f.offset + f.width - 1, f.offset).asSInt
  }

  def flag(job: UInt, name: String): Bool = unsigned(job, name)(0)

  /** No field has bits beyond those that are held. */
  def fits(job: UInt): Bool = {
    val beyond = body.map(f => (f, range.bits(kind, f))).collect {
      case (f, width) if width < f.width => job(f.offset + f.width - 1, f.offset + width)
    }
    if (beyond.isEmpty) true.B else !Cat(beyond).orR
  }
}
