package org.p2vit.rtl

import org.p2vit.rtl.job.LayerNormJob

/** Widths of LayerNorm's quantities (docs/numerics.md sections 7 and 8) and the shape of its loops.
  *
  * A RESIDUAL word [R][p] takes `groups` cycles of L lanes: with L < p a row takes several cycles, otherwise
  * a cycle takes whole rows.
  */
class LayerNormWidths(a: Architecture) {
  private val p                    = a.requantColumns
  private val magnitude            = a.residualBits - 1 + a.ptfMax
  private val layout               = new JobLayout(a, classOf[LayerNormJob])
  private def width(field: String) = layout.width(field)

  val lanes: Int          = a.layerNormLanes
  val groups: Int         = a.requantLanes / lanes
  val groupsPerRow: Int   = math.max(1, p / lanes)
  val rowsPerGroup: Int   = math.max(1, lanes / p)
  val lanesPerRow: Int    = math.min(p, lanes)
  val log2Channels: Int   = Architecture.log2Ceil(a.maxChannels)
  val channelsBits: Int   = width("channels")
  val log2Bits: Int       = width("log2Channels")
  val reciprocalBits: Int = width("reciprocal")
  val epsilonBits: Int    = width("epsilon")

  /** `X`, signed. */
  val x: Int = magnitude + 1

  /** `S1`, signed. */
  val s1: Int = magnitude + 1 + log2Channels

  /** `S2`. */
  val s2: Int = 2 * magnitude + log2Channels + 1

  /** `W`, an even number of bits: models are checked against this. */
  val w: Int = a.varianceBits

  /** `mean`, signed, with [[LayerNormWidths.MeanFraction]] fractional bits: the rounded `R` can carry it a
    * little beyond the range of `X`.
    */
  val mean: Int = x + LayerNormWidths.MeanFraction + 1

  /** `(X << 4) - mean`, signed: what the rounded `R` adds to the range of `mean` is less than what the
    * largest `X` is below a power of two.
    */
  val difference: Int = x + LayerNormWidths.MeanFraction + 1

  /** `r`. */
  val r: Int = 17

  /** `h + 10 - l`, with `h < w / 2` and `l > 0`. */
  val maxZShift: Int = w / 2 - 1 + LayerNormWidths.NormalizedFraction - 1
  val zShift: Int    = Architecture.log2Ceil(maxZShift + 1)
}

object LayerNormWidths {
  val MeanFraction       = 4
  val NormalizedFraction = 10
  val NormalizedBits     = 16
}
