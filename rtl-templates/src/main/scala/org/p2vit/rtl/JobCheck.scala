package org.p2vit.rtl

import chisel3._
import org.p2vit.rtl.job.{Bits => JobFieldBits, EndJob, Job, JobFormat}

import scala.jdk.CollectionConverters._

/** Whether a job can be executed at all: a wrong one is refused before any chunk sees it. */
object JobCheck {

  private val header = JobFormat.header()

  /** Counts that a chunk works down to zero, and would from zero work on for ever. */
  private val counts = Set(
    "beats",
    "unitBeats",
    "runWords",
    "words",
    "rowBlocks",
    "tiles",
    "depthWords",
    "columns",
    "tokens",
    "tokenGroups",
    "channelTiles",
    "channels"
  )

  def opcode(bits: UInt): UInt = JobBits.unsigned(bits, header, "opcode")

  def isEnd(bits: UInt): Bool = opcode(bits) === JobFormat.opcode(classOf[EndJob]).U

  /** Magic number, opcode, enumerations and counts are right, and no field has more than the architecture. */
  def valid(a: Architecture, bits: UInt): Bool = {
    val magic = JobBits.unsigned(bits, header, "magic") === JobFormat.MAGIC.U
    val waits = (0 until 3).map { i =>
      val chunk = JobBits.unsigned(bits, header, s"wait$i.chunk")
      !JobBits.flag(bits, header, s"wait$i.enabled") || chunk < Chunk.values.length.U
    }
    val bodies =
      JobFormat.types.asScala.toSeq.map(t => opcode(bits) === JobFormat.opcode(t).U && body(a, bits, t))
    magic && waits.reduce(_ && _) && bodies.reduce(_ || _)
  }

  private def body(a: Architecture, bits: UInt, jobType: Class[_ <: Job]): Bool = {
    val layout  = new JobLayout(a, jobType)
    val names   = JobFormat.body(jobType).asScala.map(_.name)
    val nonZero = names.filter(counts).map(layout.unsigned(bits, _) =/= 0.U)
    val inRange = enumerations(jobType).map { case (name, constants) =>
      layout.unsigned(bits, name) < constants.U
    }
    (nonZero ++ inRange).foldLeft(layout.fits(bits))(_ && _)
  }

  /** The fields of enumerated types that have more codes than constants. */
  private def enumerations(jobType: Class[_ <: Job]): Seq[(String, Int)] =
    jobType.getRecordComponents.toSeq.filter(_.getType.isEnum).flatMap { c =>
      val constants = c.getType.getEnumConstants.length
      val width     = c.getAnnotation(classOf[JobFieldBits]).value
      if (constants < (1 << width)) Some(c.getName -> constants) else None
    }
}
