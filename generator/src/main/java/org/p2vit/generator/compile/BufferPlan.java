package org.p2vit.generator.compile;

import org.p2vit.rtl.Architecture;

/** Buffer sizes for a network: exactly what it needs where nothing is gained by more. */
public final class BufferPlan {
  private BufferPlan() {}

  /**
   * What is a matter of choice.
   *
   * @param weightWords for weights, besides the keys
   * @param scoreSlots row blocks of scores
   * @param codeSlots row blocks of attention codes
   */
  public record Slack(int weightWords, int scoreSlots, int codeSlots) {}

  public static Architecture.Buffers of(BufferNeeds n, Slack slack) {
    // Parameters of all the tiles that the weights of most layers, C deep, leave room for.
    int tiles = Math.max(1, slack.weightWords() / n.dimWords());
    return new Architecture.Buffers(
        n.activationWords(),
        n.keyWords() + slack.weightWords(),
        n.residualWords(),
        2 * n.valueWords(),
        slack.scoreSlots(),
        n.scoreSlotWords(),
        slack.codeSlots(),
        n.codeSlotWords(),
        tiles * n.tileParameterWords(),
        2 * n.normParameterWords());
  }
}
