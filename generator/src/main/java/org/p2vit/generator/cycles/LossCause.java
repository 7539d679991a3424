package org.p2vit.generator.cycles;

import org.p2vit.rtl.Chunk;

/** Why a cycle of the array did no useful work. */
public enum LossCause {
  PADDING("multiplied zeros that fill up tokens, columns or depth"),
  OUTPUT("the re-quantizer was behind"),
  LOAD("waited for LOAD"),
  HAND_OVER("waited for its own results, which were on their way to memory"),
  SOFTMAX("waited for SOFTMAX"),
  SHIFTER("waited for SHIFTER"),
  LAYER_NORM("waited for LAYER_NORM"),
  STORE("waited for STORE"),
  DISPATCH("had no job"),
  START("before the first product"),
  END("after the last product");

  private final String meaning;

  LossCause(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }

  static LossCause waitingFor(Chunk chunk) {
    return switch (chunk) {
      case LOAD -> LOAD;
      case MATMUL -> HAND_OVER;
      case SOFTMAX -> SOFTMAX;
      case SHIFTER -> SHIFTER;
      case LAYER_NORM -> LAYER_NORM;
      case STORE -> STORE;
    };
  }
}
