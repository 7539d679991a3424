package org.p2vit.generator.compile;

import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** Buffer sizes for a network: exactly what it needs where nothing is gained by more. */
public final class BufferPlan {
  private BufferPlan() {}

  /**
   * What is a matter of choice.
   *
   * @param weightWords for weights, besides the keys
   * @param valueBuffers heads whose values are on chip at once, 1 or 2
   * @param scoreSlots row blocks of scores
   * @param codeSlots row blocks of attention codes
   */
  public record Slack(int weightWords, int valueBuffers, int scoreSlots, int codeSlots) {
    public Slack withWeightWords(int words) {
      return new Slack(words, valueBuffers, scoreSlots, codeSlots);
    }
  }

  /**
   * @param core its buffers are not looked at
   */
  public static Architecture.Buffers of(
      VitShape shape, BufferNeeds n, Architecture core, Slack slack) {
    // Parameters of all the tiles that the weights of most layers, C deep, leave room for.
    int tiles = Math.max(1, slack.weightWords() / n.dimWords());
    int parameterWords = Math.max(2, tiles) * n.tileParameterWords();
    // With these two, images can follow each other without a gap.
    int classTokenWords = n.dimWords();
    int logitWords =
        Classifier.PLACES * Classifier.pieceTiles(tiles, tiles / 2) * n.tileParameterWords();
    return new Architecture.Buffers(
        n.activationWords() + classTokenWords,
        n.keyWords() + slack.weightWords(),
        Math.max(n.residualWords(), n.streamWords() + logitWords),
        slack.valueBuffers() * n.valueWords(),
        slack.scoreSlots(),
        n.scoreSlotWords(),
        slack.codeSlots(),
        n.codeSlotWords(),
        parameterWords,
        2 * n.normParameterWords());
  }

  /** Bytes of all on-chip memories of an architecture. */
  public static long bytes(Architecture a) {
    long bits = 0;
    for (OnChip memory : OnChip.values()) {
      bits += (long) memory.words(a.buffers()) * memory.wordBits(a);
    }
    return bits / 8;
  }
}
