package org.p2vit.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2vit.model.DeitShape;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.RandomModels.WeightBits;
import org.p2vit.model.VitShape;

class GoldenModelTest {
  private static final VitShape SHAPE = new VitShape(3, 8, 12, 4, 24, 2, 3, 40, 5);
  private static final List<MatrixProducts> PRODUCTS =
      List.of(JavaProducts.INSTANCE, OnnxProducts.orJava());

  /** Every tensor, of models of all kinds of shapes and widths. */
  @ParameterizedTest
  @EnumSource
  void agreesWithAnIndependentReading(WeightBits weightBits) {
    Random random = new Random(weightBits.ordinal());
    for (int i = 0; i < 6; i++) {
      long seed = random.nextInt(1 << 20);
      int heads = 1 + random.nextInt(3);
      int dim = heads * (1 + random.nextInt(12));
      VitShape shape =
          new VitShape(
              1 + random.nextInt(3),
              3 * (1 + random.nextInt(4)),
              3 * (1 + random.nextInt(3)),
              3,
              dim,
              1 + random.nextInt(2),
              heads,
              1 + random.nextInt(40),
              1 + random.nextInt(12));
      int bits = 8 + random.nextInt(9);
      int ptf = random.nextInt(8);
      String what = shape + ", " + bits + " bits, ptf " + ptf + ", seed " + seed;
      QuantizedModel model = RandomModels.model(seed, shape, weightBits, bits, ptf);
      compare(what, model, RandomModels.input(seed, shape));
    }
  }

  @Test
  void agreesOnExtremeInputs() {
    QuantizedModel model = RandomModels.model(8, SHAPE, WeightBits.W8);
    for (byte code : new byte[] {-128, 0, 127}) {
      byte[] input = new byte[SHAPE.tokens() * SHAPE.patchDim()];
      Arrays.fill(input, SHAPE.patchDim(), input.length, code);
      compare("all " + code, model, input);
    }
  }

  private static void compare(String what, QuantizedModel model, byte[] input) {
    Map<String, BigInteger[][]> expected = new SlowReference(model).run(input);
    for (MatrixProducts products : PRODUCTS) {
      Map<String, int[]> found = tensors(new GoldenModel(model, products), input);
      assertEquals(expected.keySet(), found.keySet());
      expected.forEach(
          (name, rows) -> {
            int[] flat =
                Arrays.stream(rows)
                    .flatMap(Arrays::stream)
                    .mapToInt(BigInteger::intValue)
                    .toArray();
            assertArrayEquals(
                flat, found.get(name), () -> name + " of " + what + ", " + products.getClass());
          });
    }
  }

  private static Map<String, int[]> tensors(GoldenModel model, byte[] input) {
    Map<String, int[]> tensors = new LinkedHashMap<>();
    model.logits(
        input,
        (name, shape, codes) -> {
          assertEquals(codes.length, Arrays.stream(shape).reduce(1, (a, b) -> a * b), name);
          tensors.put(name, codes);
        });
    return tensors;
  }

  /** Too large for an independent reading; the sizes fill no vector and no block of a kernel. */
  @ParameterizedTest
  @EnumSource
  void largerModelsAreTheSameWithAllProducts(WeightBits weightBits) {
    VitShape shape = new VitShape(3, 70, 56, 7, 186, 2, 3, 331, 101);
    QuantizedModel model = RandomModels.model(5, shape, weightBits);
    byte[] input = RandomModels.input(6, shape);
    Map<String, int[]> expected = tensors(new GoldenModel(model, JavaProducts.INSTANCE), input);
    tensors(new GoldenModel(model, OnnxProducts.orJava()), input)
        .forEach((name, codes) -> assertArrayEquals(expected.get(name), codes, name));
  }

  /** Where there are none, as on processors without a library, the rest of this class is void. */
  @Test
  void onnxRuntimesProductsAreExactHere() {
    assertInstanceOf(OnnxProducts.class, OnnxProducts.orJava());
    assertSame(JavaProducts.INSTANCE, MatrixProducts.fastest(SHAPE));
    assertSame(OnnxProducts.orJava(), MatrixProducts.fastest(DeitShape.DEIT_TINY.shape()));
  }

  @Test
  void tensorsComeInTheOrderOfTheirComputation() {
    List<String> names = new ArrayList<>();
    new GoldenModel(RandomModels.model(1, SHAPE, WeightBits.W8))
        .logits(RandomModels.input(1, SHAPE), (name, shape, codes) -> names.add(name));
    assertEquals(
        List.of("input", "embed", "blocks.0.norm1", "blocks.0.query"), names.subList(0, 4));
    assertEquals(
        List.of("blocks.1.residual2", "norm", "logits"),
        names.subList(names.size() - 3, names.size()));
  }

  @Test
  void manyImagesInParallelGiveWhatEachGivesAlone() {
    GoldenModel model = new GoldenModel(RandomModels.model(2, SHAPE, WeightBits.MIXED));
    List<Integer> progress = new ArrayList<>();
    int[][] all =
        GoldenBatch.logits(
            model, 20, i -> RandomModels.input(i, SHAPE), (done, total) -> progress.add(done));
    for (int i = 0; i < all.length; i++) {
      assertArrayEquals(model.logits(RandomModels.input(i, SHAPE)), all[i]);
    }
    assertEquals(20, progress.size());
    assertEquals(20, progress.get(19));
  }

  @Test
  void anErrorOfOneImageIsReported() {
    GoldenModel model = new GoldenModel(RandomModels.model(2, SHAPE, WeightBits.W8));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> GoldenBatch.logits(model, 3, i -> new byte[i], GoldenBatch.Progress.NONE));
    assertTrue(e.getMessage().contains("codes, the model takes"), e.getMessage());
  }

  @Test
  void inputInTheClassTokensRowIsAnError() {
    GoldenModel model = new GoldenModel(RandomModels.model(2, SHAPE, WeightBits.W8));
    byte[] input = RandomModels.input(1, SHAPE);
    input[3] = 1;
    assertThrows(IllegalArgumentException.class, () -> model.logits(input));
  }
}
