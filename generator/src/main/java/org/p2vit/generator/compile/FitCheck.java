package org.p2vit.generator.compile;

import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** Whether a model can run on an architecture. */
final class FitCheck {
  private final QuantizedModel model;
  private final Architecture arch;

  private FitCheck(QuantizedModel model, Architecture arch) {
    this.model = model;
    this.arch = arch;
  }

  /**
   * @throws InputException that names the number that does not fit, what it is and what is needed
   */
  static void check(QuantizedModel model, Architecture arch, BufferNeeds needs) {
    FitCheck check = new FitCheck(model, arch);
    check.geometry(needs);
    check.numbers();
    check.buffers(needs);
  }

  private void geometry(BufferNeeds needs) {
    VitShape s = model.shape();
    multiple("head dimension", s.headDim(), "depth", arch.depth());
    multiple("head dimension", s.headDim(), "shifterColumns", arch.shifterColumns());
    atMost("embedding dimension", s.dim(), "maxChannels", arch.maxChannels());
    atMost("longest dot product", needs.tileWords() * arch.depth(), "maxDepth", arch.maxDepth());
    atMost("padded score row", BufferNeeds.codeColumns(s, arch), "maxTokens", arch.maxTokens());
    if (model.residualBits() != arch.residualBits()) {
      throw fail(
          "residual stream of %d bits needs residualBits %d, not %d",
          model.residualBits(), model.residualBits(), arch.residualBits());
    }
    atMost("Power-of-Two Factor", ModelTraits.of(model).ptfMax(), "ptfMax", arch.ptfMax());
  }

  /** Sums that the hardware has to hold. */
  private void numbers() {
    int held = arch.economy().accumulatorBits();
    if (held < Architecture.Economy.NONE.accumulatorBits()) { // every model fits that
      atMost(
          "bits of an accumulator", Sums.accumulatorBits(model), "economy.accumulatorBits", held);
    }
    int epsilon = Sums.epsilonBits(model);
    atMost("bits of LayerNorm's epsilon", epsilon, "varianceBits - 1 =", arch.varianceBits() - 1);
  }

  private void buffers(BufferNeeds n) {
    Architecture.Buffers b = arch.buffers();
    atLeast("activationWords", b.activationWords(), n.activationWords());
    atLeast("weightWords", b.weightWords(), n.keyWords() + n.tileWords());
    atLeast("residualWords", b.residualWords(), n.residualWords());
    atLeast("valueWords", b.valueWords(), n.valueWords());
    atLeast("scoreSlots", b.scoreSlots(), 1);
    atLeast("scoreSlotWords", b.scoreSlotWords(), n.scoreSlotWords());
    atLeast("codeSlots", b.codeSlots(), 1);
    atLeast("codeSlotWords", b.codeSlotWords(), n.codeSlotWords());
    atLeast("parameterWords", b.parameterWords(), n.tileParameterWords());
    atLeast("normParameterWords", b.normParameterWords(), n.normParameterWords());
  }

  private void multiple(String what, int value, String parameter, int of) {
    if (value % of != 0) {
      throw fail("%s %d is not a multiple of %s %d", what, value, parameter, of);
    }
  }

  private void atMost(String what, int value, String parameter, int limit) {
    if (value > limit) {
      throw fail("%s %d is more than %s %d", what, value, parameter, limit);
    }
  }

  private void atLeast(String parameter, int found, int needed) {
    if (found < needed) {
      throw fail("buffers.%s is %d, at least %d are needed", parameter, found, needed);
    }
  }

  private InputException fail(String format, Object... values) {
    return new InputException(
        "model " + model.name() + " does not fit the architecture: " + format.formatted(values));
  }
}
