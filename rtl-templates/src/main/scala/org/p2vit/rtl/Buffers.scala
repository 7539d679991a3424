package org.p2vit.rtl

/** Shape of an on-chip buffer, and the bundles of its ports.
  *
  * @param name
  *   module name
  * @param words
  *   depth
  * @param lanes
  *   write-mask granules a word
  * @param laneBits
  *   bits of a granule
  */
case class BufferShape(name: String, words: Int, lanes: Int, laneBits: Int) {
  def wordBits: Int      = lanes * laneBits
  def read: MemoryRead   = new MemoryRead(words, wordBits)
  def write: MemoryWrite = write(WordBeat(1, lanes, lanes))

  /** Of a writer that has less than a word at once. */
  def write(beat: WordBeat): MemoryWrite = new MemoryWrite(this, beat)
}

/** The on-chip buffers of an architecture; `ChunkIO` has the order of the elements in their words. */
class BufferShapes(a: Architecture) {
  private val p = a.requantColumns

  val activation = BufferShape("BufferActivation", a.buffers.activationWords, a.rows * a.depth, 8)
  val weight     = BufferShape("BufferWeight", a.buffers.weightWords, a.columns * a.depth, 8)
  val residual =
    BufferShape(
      "BufferResidual",
      a.buffers.residualWords,
      a.rows * p,
      Architecture.RESIDUAL_CONTAINER_BITS
    )
  val value    = BufferShape("BufferValue", a.buffers.valueWords, a.shifterDepth * a.shifterColumns, 8)
  val score    = BufferShape("BufferScore", a.buffers.scoreSlots * a.buffers.scoreSlotWords, a.rows * p, 8)
  val scoreMax = BufferShape("BufferScoreMax", a.buffers.scoreSlots, a.rows, 8)
  val code =
    BufferShape("BufferCode", a.buffers.codeSlots * a.buffers.codeSlotWords, a.rows * a.shifterDepth, 5)
  val parameter     = parameters("BufferParameter", a.buffers.parameterWords)
  val normParameter = parameters("BufferNormParameter", a.buffers.normParameterWords)

  /** The activation table, inside MATMUL: a word is one beat. */
  val table =
    BufferShape("BufferTable", Architecture.TABLE_ENTRIES / a.axi.bytes, a.axi.bytes, 8)

  /** Writes of R x p results to a buffer of bytes.
    *
    * @param columns
    *   of a word
    */
  def resultWrite(to: BufferShape, columns: Int): MemoryWrite = to.write(WordBeat(a.rows, p, columns))

  /** LOAD's writes. */
  def loadWrite(to: BufferShape): MemoryWrite =
    to.write(WordBeat(1, to.lanes * a.axi.dataBits / to.wordBits, to.lanes))

  /** Only LOAD writes parameters: a lane is a beat. */
  private def parameters(name: String, words: Int) = {
    val bits = p * job.ParameterFormat.BITS
    BufferShape(name, words, bits / a.axi.dataBits, a.axi.dataBits)
  }
}

class BufferActivation(a: Architecture)    extends MaskedMemory(new BufferShapes(a).activation)
class BufferWeight(a: Architecture)        extends MaskedMemory(new BufferShapes(a).weight)
class BufferResidual(a: Architecture)      extends MaskedMemory(new BufferShapes(a).residual)
class BufferValue(a: Architecture)         extends MaskedMemory(new BufferShapes(a).value)
class BufferScore(a: Architecture)         extends MaskedMemory(new BufferShapes(a).score)
class BufferScoreMax(a: Architecture)      extends MaskedMemory(new BufferShapes(a).scoreMax)
class BufferCode(a: Architecture)          extends MaskedMemory(new BufferShapes(a).code)
class BufferParameter(a: Architecture)     extends MaskedMemory(new BufferShapes(a).parameter)
class BufferNormParameter(a: Architecture) extends MaskedMemory(new BufferShapes(a).normParameter)
