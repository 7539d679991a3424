package org.p2vit.rtl

import org.p2vit.rtl.job.{JobFormat, LayerNormJob}

import scala.jdk.CollectionConverters._

/** Widths of LayerNorm's quantities (docs/numerics.md sections 7 and 8) and the shape of its loops.
  *
  * A RESIDUAL word [R][p] takes `groups` cycles of L lanes: with L < p a row takes several cycles, otherwise
  * a cycle takes whole rows.
  */
class LayerNormWidths(a: Architecture) {
  private val p                    = a.requantColumns
  private val magnitude            = a.residualBits - 1 + a.ptfMax
  private val jobFields            = JobFormat.body(classOf[LayerNormJob]).asScala
  private def width(field: String) = jobFields.find(_.name == field).get.width

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

  /** `W`: the models are checked against this. */
  val w: Int = 62

  /** `mean`, signed, with [[LayerNormWidths.MeanFraction]] fractional bits: the rounded `R` can carry it a
    * little beyond the range of `X`.
    */
  val mean: Int = x + LayerNormWidths.MeanFraction + 1

  /** `r`. */
  val r: Int = 17

  /** `h + 10 - l`, at most for `h = 30`. */
  val zShift: Int    = 6
  val maxZShift: Int = w / 2 - 1 + LayerNormWidths.NormalizedFraction - 1
}

object LayerNormWidths {
  val MeanFraction       = 4
  val NormalizedFraction = 10
  val NormalizedBits     = 16
}
