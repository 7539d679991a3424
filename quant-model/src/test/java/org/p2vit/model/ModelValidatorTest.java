package org.p2vit.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.p2vit.model.RandomModels.WeightBits;

/** Each rule, broken alone; the arrays of a model can be written to, the rest is rebuilt. */
class ModelValidatorTest {
  private static final VitShape SHAPE = new VitShape(1, 8, 8, 4, 12, 2, 3, 20, 5);

  @Test
  void shiftsOfLayers() {
    rejected(
        m -> m.patchEmbedding().accExponent()[2] = m.embed().exponent(2) + 9,
        "patchEmbedding: shift",
        "of channel 2 is -9",
        "-8 to 31");
    rejected(m -> m.head().accExponent()[4] = m.logitsExponent() - 32, "head: shift", "4 is 32");
    rejected(
        m -> attention(m).value().accExponent()[0] = attention(m).valueExponent()[0] - 32,
        "blocks.1.attention.value: shift",
        "0 is 32");
    rejected(m -> attention(m).projection().accExponent()[1] = 90, "blocks.1.attention.projection");
    rejected(m -> mlp(m).fc1().accExponent()[19] = 90, "blocks.1.mlp.activation: shift", "19");
    rejected(m -> mlp(m).fc2().accExponent()[3] = 90, "blocks.1.mlp.fc2: shift", "channel 3");
    rejected(m -> mlp(m).fc2().accExponent()[3] = 127, "accExponent[3] is 127", "-126 to 126");
  }

  @Test
  void shiftsOfTheActivationsOutput() {
    int[] e = {0};
    Consumer<QuantizedModel> exponent = m -> e[0] = mlp(m).activation().exponent();
    rejected(
        exponent.andThen(m -> mlp(m).hiddenExponent()[7] = e[0] - 1),
        "blocks.1.mlp.fc1: output shift",
        "channel 7 is -1",
        "0 to 15");
    rejected(exponent.andThen(m -> mlp(m).hiddenExponent()[7] = e[0] + 16), "7 is 16");
  }

  @Test
  void shiftsOfTheResidualStream() {
    QuantizedModel m = model();
    Residual far = new Residual(m.embed().exponent() + 20, new byte[12]);
    Linear l = m.patchEmbedding();
    int[] accExponent = new int[12];
    Arrays.fill(accExponent, far.exponent() - 8);
    Linear fitting = new Linear(16, 12, l.weightBits(), l.weights(), l.bias(), accExponent);
    QuantizedModel broken =
        new QuantizedModel(
            "m",
            SHAPE,
            16,
            m.preprocessing(),
            fitting,
            m.position(),
            far,
            m.blocks(),
            m.norm(),
            m.head(),
            m.logitsExponent());
    rejected(broken, "blocks.0.attention.projection: residual shift", "-8 to 7");
  }

  @Test
  void attention() {
    rejected(
        m -> attention(m).queryExponent()[5]++,
        "blocks.1.attention.scores: query exponent + key exponent of channel 5 (head 1)");
    rejected(m -> attention(m).scoreExponent()[2] = 4, "exponent[2] is 4", "-8 to 3");
    rejected(m -> attention(m).scoreExponent()[2] = -9, "exponent[2] is -9");
    rejected(m -> attention(m).contextShift()[0] = 32, "context: shift[0] is 32", "0 to 31");
    rejected(m -> attention(m).contextShift()[0] = -1, "context: shift[0] is -1");
  }

  @Test
  void valuesBeyondTheirBits() {
    rejected(m -> mlp(m).fc1().weights()[21] = 8, "blocks.1.mlp.fc1: weight[1][9] is 8", "4-bit");
    rejected(m -> mlp(m).fc1().weights()[0] = -9, "weight[0][0] is -9", "-8 to 7");
    rejected(m -> m.norm().gain()[1] = 2048, "norm: gain[1] is 2048", "-2048 to 2047");
    rejected(m -> m.norm().shift()[1] = 32, "norm: shift[1] is 32", "0 to 31");
    rejected(m -> m.norm().shift()[1] = -1, "norm: shift[1] is -1");
    rejected(m -> m.embed().ptf()[0] = 8, "embed: ptf[0] is 8", "0 to 7");
    rejected(m -> m.embed().ptf()[0] = -1, "embed: ptf[0] is -1");
    rejected(m -> mlp(m).activation().table()[9] = 256, "table[9] is 256", "0 to 255");
    rejected(m -> mlp(m).activation().table()[9] = -1, "table[9] is -1");
    QuantizedModel narrow = RandomModels.model(1, SHAPE, WeightBits.W4, 9, 2);
    narrow.position()[7] = 256;
    rejected(narrow, "position[7] is 256", "-256 to 255");
  }

  @Test
  void accumulatorsThatCouldOverflow() {
    QuantizedModel m = model();
    int magnitude = 0;
    for (int k = 0; k < 12; k++) {
      magnitude += 128 * Math.abs(m.head().weights()[k]);
    }
    m.head().bias()[0] = -(Integer.MAX_VALUE - magnitude);
    ModelValidator.check(m);
    m.head().bias()[0]--;
    rejected(m, "head: 128 * sum |weight| + |bias| of channel 0 is 2147483648");
    m.head().bias()[0] = Integer.MIN_VALUE;
    rejected(m, "head: 128 * sum");
  }

  /** C = 1024, 16 bits: 2 * (15 + ptf) + 20 + 1 bits. */
  @Test
  void sumsOfLayerNorm() {
    VitShape wide = new VitShape(1, 2, 2, 2, 1024, 1, 1, 2, 2);
    QuantizedModel m = RandomModels.model(1, wide, WeightBits.W8, 16, 5);
    m.embed().ptf()[900] = 6;
    rejected(m, "blocks.0.norm1: bits of W", "16 bits, ptf 6, dim 1024 is 63", "to 62");
    QuantizedModel small = model();
    Norm n = small.norm();
    Norm negative = new Norm(-1, n.gain(), n.offset(), n.shift(), n.exponent());
    rejected(withNorm(small, negative), "norm: epsilon is -1");
    Norm huge = new Norm(1L << 62, n.gain(), n.offset(), n.shift(), n.exponent());
    rejected(withNorm(small, huge), "norm: epsilon is 4611686018427387904");
  }

  @Test
  void lengths() {
    QuantizedModel m = model();
    Norm n = m.norm();
    Norm shortGain = new Norm(1, new short[11], n.offset(), n.shift(), n.exponent());
    rejected(withNorm(m, shortGain), "norm: gain is 11 values, accepted: 12");
    QuantizedModel oneBlock =
        new QuantizedModel(
            "m",
            SHAPE,
            16,
            m.preprocessing(),
            m.patchEmbedding(),
            m.position(),
            m.embed(),
            List.of(m.blocks().get(0)),
            n,
            m.head(),
            m.logitsExponent());
    rejected(oneBlock, "number of blocks is 1, accepted: 2");
  }

  @Test
  void preprocessing() {
    rejected(m -> m.preprocessing().std()[0] = 0, "preprocessing: std[0] is 0.0", "positive");
    rejected(m -> m.preprocessing().mean()[0] = Double.NaN, "mean[0] is NaN", "finite");
  }

  @Test
  void shapes() {
    shape(new VitShape(1, 9, 8, 4, 12, 1, 3, 8, 5), "imageHeight is 9", "multiple of patchSize, 4");
    shape(new VitShape(1, 8, 9, 4, 12, 1, 3, 8, 5), "imageWidth is 9");
    shape(new VitShape(1, 8, 8, 4, 12, 1, 5, 8, 5), "dim is 12", "multiple of heads, 5");
    shape(new VitShape(1, 8, 8, 4, 1028, 1, 4, 8, 5), "dim is 1028", "1 to 1024");
    shape(new VitShape(0, 8, 8, 4, 12, 1, 4, 8, 5), "imageChannels is 0");
    shape(new VitShape(1, 256, 256, 1, 12, 1, 4, 8, 5), "tokens is 65537", "1 to 32767");
    shape(new VitShape(1, 16384, 16384, 16384, 12, 1, 4, 8, 5), "patchSize is 268435456");
  }

  private static void shape(VitShape shape, String... words) {
    var e = assertThrows(InputException.class, () -> ModelValidator.check(shape));
    contains(e, words);
  }

  /** With 4-bit weights throughout. */
  private static QuantizedModel model() {
    return RandomModels.model(6, SHAPE, WeightBits.W4);
  }

  private static Attention attention(QuantizedModel m) {
    return m.blocks().get(1).attention();
  }

  private static Mlp mlp(QuantizedModel m) {
    return m.blocks().get(1).mlp();
  }

  private static QuantizedModel withNorm(QuantizedModel m, Norm norm) {
    return new QuantizedModel(
        "m",
        SHAPE,
        16,
        m.preprocessing(),
        m.patchEmbedding(),
        m.position(),
        m.embed(),
        m.blocks(),
        norm,
        m.head(),
        m.logitsExponent());
  }

  private static void rejected(Consumer<QuantizedModel> change, String... words) {
    QuantizedModel m = model();
    ModelValidator.check(m);
    change.accept(m);
    rejected(m, words);
  }

  private static void rejected(QuantizedModel m, String... words) {
    contains(assertThrows(InputException.class, () -> ModelValidator.check(m)), words);
  }

  private static void contains(InputException e, String... words) {
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), () -> "\"" + word + "\" in: " + e.getMessage());
    }
  }
}
