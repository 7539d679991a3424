package org.p2vit.generator.compile;

import static org.p2vit.generator.compile.Sizes.ceilDiv;
import static org.p2vit.generator.compile.Sizes.roundUp;

import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/**
 * What a network needs in the buffers of an architecture, in words, whatever the sizes of those
 * buffers are.
 *
 * @param rowBlocks row blocks of all tokens
 * @param patchWords of a row block of the input
 * @param dimWords ACTIVATION words of a row block of C channels
 * @param headWords ACTIVATION words of a row block of one head
 * @param hiddenWords ACTIVATION words of a row block of the hidden layer
 * @param keyWords WEIGHT words of the keys of one head
 * @param dimResidualWords RESIDUAL words of a row block
 * @param logitWords RESIDUAL words of the logits
 * @param valueWords VALUE words of one head
 * @param scoreSlotWords SCORE words of a row block
 * @param codeSlotWords CODE words of a row block
 * @param normParameterWords NORM_PARAMETER words of one LayerNorm
 * @param tileWords WEIGHT words of the deepest column tile
 * @param tileParameterWords PARAMETER words of the widest column tile
 */
public record BufferNeeds(
    int rowBlocks,
    int patchWords,
    int dimWords,
    int headWords,
    int hiddenWords,
    int keyWords,
    int dimResidualWords,
    int logitWords,
    int valueWords,
    int scoreSlotWords,
    int codeSlotWords,
    int normParameterWords,
    int tileWords,
    int tileParameterWords) {

  /**
   * @param weights4 whether any layer has 4-bit weights
   * @param a its buffers' sizes are not looked at
   */
  public static BufferNeeds of(VitShape s, boolean weights4, Architecture a) {
    int p = a.requantColumns();
    int rowBlocks = ceilDiv(s.tokens(), a.rows());
    int patchWords = ceilDiv(s.patchDim(), a.depth());
    int dimWords = ceilDiv(s.dim(), a.depth());
    int headWords = ceilDiv(s.headDim(), a.depth());
    int hiddenWords = ceilDiv(s.mlpDim(), a.depth());
    int tokenGroups = ceilDiv(s.tokens(), a.shifterDepth());
    return new BufferNeeds(
        rowBlocks,
        patchWords,
        dimWords,
        headWords,
        hiddenWords,
        ceilDiv(s.tokens(), a.columns()) * headWords,
        ceilDiv(s.dim(), p),
        ceilDiv(s.classes(), p),
        tokenGroups * ceilDiv(s.headDim(), a.shifterColumns()),
        ceilDiv(s.tokens(), p),
        tokenGroups,
        ceilDiv(s.dim(), p),
        Math.max(patchWords, Math.max(dimWords, hiddenWords)),
        (weights4 ? 2 * a.columns() : a.columns()) / p);
  }

  /** Columns of a row of attention codes: tokens and padding. */
  public static int codeColumns(VitShape s, Architecture a) {
    return roundUp(s.tokens(), a.shifterDepth());
  }

  /** First ACTIVATION word of the region that queries and context, or the hidden layer, take. */
  int secondRegion() {
    return rowBlocks * dimWords;
  }

  /** Queries come first in the second region, then the context. */
  int contextBase() {
    return secondRegion() + rowBlocks * headWords;
  }

  /**
   * ACTIVATION words. The LayerNorm's output has its own region; behind it, queries and context
   * share theirs with the hidden layer; the input, which is used up first, lies over everything.
   */
  public int activationWords() {
    int attention = headWords + dimWords;
    int row = dimWords + Math.max(attention, hiddenWords);
    return rowBlocks * Math.max(row, patchWords);
  }

  /** RESIDUAL words of the residual stream. */
  int streamWords() {
    return rowBlocks * dimResidualWords;
  }

  /** RESIDUAL words; the logits take the place of the residual stream. */
  public int residualWords() {
    return Math.max(streamWords(), logitWords);
  }
}
