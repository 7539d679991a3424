package org.p2vit.generator.fit;

/**
 * All that the fitter chooses.
 *
 * @param array R x C x D
 * @param requantColumns p
 * @param layerNormLanes elements normalized per cycle
 * @param shifterColumns Cs
 * @param shifterDepth Ds
 * @param valueBuffers heads whose values are on chip at once, 1 or 2
 * @param scoreSlots row blocks of scores
 * @param codeSlots row blocks of attention codes
 * @param weightWords for weights, besides the keys
 */
public record DesignPoint(
    ArrayChoice array,
    int requantColumns,
    int layerNormLanes,
    int shifterColumns,
    int shifterDepth,
    int valueBuffers,
    int scoreSlots,
    int codeSlots,
    int weightWords) {

  public DesignPoint withLanes(int requantColumns, int layerNormLanes) {
    return new DesignPoint(
        array,
        requantColumns,
        layerNormLanes,
        shifterColumns,
        shifterDepth,
        valueBuffers,
        scoreSlots,
        codeSlots,
        weightWords);
  }

  public DesignPoint withShifter(int columns, int depth) {
    return new DesignPoint(
        array,
        requantColumns,
        layerNormLanes,
        columns,
        depth,
        valueBuffers,
        scoreSlots,
        codeSlots,
        weightWords);
  }

  public DesignPoint withRings(int valueBuffers, int scoreSlots, int codeSlots) {
    return new DesignPoint(
        array,
        requantColumns,
        layerNormLanes,
        shifterColumns,
        shifterDepth,
        valueBuffers,
        scoreSlots,
        codeSlots,
        weightWords);
  }

  public DesignPoint withWeightWords(int words) {
    return new DesignPoint(
        array,
        requantColumns,
        layerNormLanes,
        shifterColumns,
        shifterDepth,
        valueBuffers,
        scoreSlots,
        codeSlots,
        words);
  }
}
