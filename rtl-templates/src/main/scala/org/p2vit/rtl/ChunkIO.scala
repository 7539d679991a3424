package org.p2vit.rtl

import chisel3._
import chisel3.util._
import org.p2vit.rtl.job.JobFormat

import scala.jdk.CollectionConverters._

/** Read port of a synchronous memory: `data` holds the word one cycle after `request` fired, and until
  * another request has fired, whoever's.
  *
  * @param words
  *   depth of the memory
  * @param dataBits
  *   width of a word
  */
class MemoryRead(words: Int, dataBits: Int) extends Bundle {
  val request = Decoupled(UInt(Address.bits(words).W))
  val data    = Input(UInt(dataBits.W))
}

/** Write port of a memory: lane `i` of the word is written where `mask(i)`.
  *
  * @param beat
  *   which lane of `data` that lane gets
  */
class MemoryWrite(shape: BufferShape, beat: WordBeat) extends Bundle {
  val address = UInt(Address.bits(shape.words).W)
  val data    = UInt((beat.lanes * shape.laneBits).W)
  val mask    = UInt(shape.lanes.W)

  /** As wide as the word. */
  def word: UInt = VecInit
    .tabulate(shape.lanes) { i =>
      val at = beat.lane(i) * shape.laneBits
      data(at + shape.laneBits - 1, at)
    }
    .asUInt
}

/** What a writer has for a word at once: `rows` x `columns` lanes, repeated all over a word with rows of
  * `wordColumns` lanes. The mask picks their place.
  */
case class WordBeat(rows: Int, columns: Int, wordColumns: Int) {
  def lanes: Int = rows * columns

  /** The lane for lane `i` of the word. */
  def lane(i: Int): Int = i / wordColumns % rows * columns + i % wordColumns % columns
}

object Address {

  /** Address bits of a memory of `words` words. */
  def bits(words: Int): Int = math.max(1, log2Ceil(words))

  /** `value` as an address of a memory of `words` words. */
  def of(value: UInt, words: Int): UInt = value.pad(bits(words))(bits(words) - 1, 0)
}

/** A job as fetched, 512 bits; [[JobBits]] names its fields. */
object JobBits {
  val Width: Int = JobFormat.BYTES * 8

  /** Once checked, a job's place in the program stands where its checksum was. */
  private val IndexPlace = 32

  /** Bits of a job's place in the program: every job is a unit or more of one of the chunks. */
  def indexBits(a: Architecture): Int = math.min(IndexPlace, a.economy.progressBits + Chunk.INDEX_BITS)

  def index(a: Architecture, bits: UInt): UInt =
    bits(Width - IndexPlace + indexBits(a) - 1, Width - IndexPlace)

  /** `job` with its place in the program. */
  def withIndex(job: UInt, index: UInt): UInt = index.pad(IndexPlace) ## job(Width - IndexPlace - 1, 0)

  /** The named field of the job's own record, with its sign.
    *
    * @tparam T
    *   Chisel type of the field: UInt or SInt is chosen by the record's annotation
    */
  def unsigned(bits: UInt, fields: java.util.List[JobFormat.Field], name: String): UInt = {
    val f = find(fields, name)
    require(!f.signed, s"$name is signed")
    bits(f.offset + f.width - 1, f.offset)
  }

  def signed(bits: UInt, fields: java.util.List[JobFormat.Field], name: String): SInt = {
    val f = find(fields, name)
    require(f.signed, s"$name is unsigned")
    bits(f.offset + f.width - 1, f.offset).asSInt
  }

  def flag(bits: UInt, fields: java.util.List[JobFormat.Field], name: String): Bool =
    unsigned(bits, fields, name)(0)

  private def find(fields: java.util.List[JobFormat.Field], name: String) =
    fields.asScala.find(_.name == name).getOrElse(throw new IllegalArgumentException(s"no field $name"))
}

/** Completed units of every chunk, indexed by `Chunk.ordinal`. */
object Progress {
  def apply(a: Architecture): Vec[UInt] = Vec(Chunk.values.length, UInt(a.economy.progressBits.W))
}

/** What every chunk has besides its memory ports.
  *
  *   - `job`: the next job; taken (ready) when the chunk finishes the one before
  *   - `progress`: completed units of all chunks
  *   - `done`: high for one cycle for each unit completed (its last write was accepted by the memory, in this
  *     cycle or earlier)
  *   - `busy`: performance counter: the chunk works in this cycle
  *
  * Elements inside words lie row-major, element 0 in the lowest bits: an ACTIVATION word holds (row, k) at
  * `row*D + k`, a WEIGHT word (column, k) at `column*D + k`, VALUE (token, channel) at `token*Cs + channel`,
  * SCORE and RESIDUAL (row, column) at `row*p + column`, SCORE_MAX row at `row`, CODE (row, token) at
  * `row*Ds + token`, the parameter buffers channel `c` at `c`.
  */
class ChunkIO(a: Architecture) extends Bundle {
  val job      = Flipped(Decoupled(UInt(JobBits.Width.W)))
  val progress = Input(Progress(a))
  val done     = Output(Bool())
  val busy     = Output(Bool())
}

/** Evaluates the three waits of a job; see the Java record `Wait` for the meaning.
  */
object WaitCondition {
  private val header = JobFormat.header()

  /** For each of the three waits: (holds, chunk index).
    *
    * @param steps
    *   the field that says whether a wait grows with it, and how many there have been
    */
  def each(job: UInt, progress: Vec[UInt], steps: (String, UInt)*): Seq[(Bool, UInt)] =
    (0 until 3).map { i =>
      val enabled = JobBits.flag(job, header, s"wait$i.enabled")
      val chunk   = JobBits.unsigned(job, header, s"wait$i.chunk")
      val bits    = progress.head.getWidth
      val base    = JobBits.signed(job, header, s"wait$i.base").asUInt(bits - 1, 0)
      val grown   = steps.map { case (field, n) => Mux(JobBits.flag(job, header, s"wait$i.$field"), n, 0.U) }
      // What is missing, less one: negative if nothing is.
      val missing = Sum.finished(Sum.carrySave((base +: grown) :+ ~progress(chunk), bits), bits)
      (!enabled || missing(bits - 1), chunk)
    }

  def all(job: UInt, progress: Vec[UInt], steps: (String, UInt)*): Bool =
    each(job, progress, steps: _*).map(_._1).reduce(_ && _)
}
