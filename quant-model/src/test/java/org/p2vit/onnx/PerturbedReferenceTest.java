package org.p2vit.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A constant row added to a layer's output is a change of its bias. */
class PerturbedReferenceTest {
  @TempDir static Path directory;

  private static FloatVit vit;
  private static Path file;
  private static float[] image;

  @BeforeAll
  static void write() throws IOException {
    byte[] onnx = SyntheticVit.model(11).toByteArray();
    file = Files.write(directory.resolve("synthetic.onnx"), onnx);
    vit = OnnxVitImporter.read(file);
    Random random = new Random(5);
    image = new float[vit.shape().imageChannels() * SyntheticVit.SIDE * SyntheticVit.SIDE];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextGaussian();
    }
  }

  @Test
  void nothingAddedChangesNothing() {
    expect(vit, Map.of());
  }

  @Test
  void addsToQueriesInTheirScale() {
    check(FloatBlock::query, (b, l) -> block(b, l, b.key(), b.fc1()), FloatBlock.Taps::query);
  }

  @Test
  void addsToKeys() {
    check(FloatBlock::key, (b, l) -> block(b, b.query(), l, b.fc1()), FloatBlock.Taps::key);
  }

  @Test
  void addsBeforeGelu() {
    check(
        FloatBlock::fc1, (b, l) -> block(b, b.query(), b.key(), l), FloatBlock.Taps::preActivation);
  }

  private static void check(
      Function<FloatBlock, FloatLinear> layer,
      BiFunction<FloatBlock, FloatLinear, FloatBlock> with,
      Function<FloatBlock.Taps, Tap> tap) {
    FloatBlock block = vit.blocks().get(0);
    FloatLinear before = layer.apply(block);
    float[] bias = before.bias().clone();
    float[] term = new float[SyntheticVit.TOKENS * bias.length];
    Random random = new Random(7);
    for (int o = 0; o < bias.length; o++) {
      float added = (float) random.nextGaussian();
      bias[o] += added;
      for (int t = 0; t < SyntheticVit.TOKENS; t++) {
        term[t * bias.length + o] = added;
      }
    }
    FloatLinear after = new FloatLinear(before.in(), before.out(), before.weights(), bias);
    expect(changed(with.apply(block, after)), Map.of(tap.apply(block.taps()), term));
  }

  private static FloatBlock block(
      FloatBlock b, FloatLinear query, FloatLinear key, FloatLinear fc1) {
    return new FloatBlock(
        b.norm1(), query, key, b.value(), b.projection(), b.norm2(), fc1, b.fc2(), b.taps());
  }

  private static FloatVit changed(FloatBlock first) {
    List<FloatBlock> blocks = new java.util.ArrayList<>(vit.blocks());
    blocks.set(0, first);
    return new FloatVit(
        vit.name(),
        vit.shape(),
        vit.input(),
        vit.patchEmbedding(),
        vit.position(),
        blocks,
        vit.norm(),
        vit.head(),
        vit.embedTap(),
        vit.normTap(),
        vit.logitsTap());
  }

  private static void expect(FloatVit changed, Map<Tap, float[]> terms) {
    FloatBlock.Taps taps = vit.blocks().get(0).taps();
    List<Tap> places = List.of(taps.query(), taps.key(), taps.preActivation(), vit.embedTap());
    double[] wanted = new FloatForward(changed).logits(image);
    try (PerturbedReference reference = PerturbedReference.open(file, vit, places)) {
      float[] found = reference.logits(image, terms);
      for (int c = 0; c < wanted.length; c++) {
        assertEquals(wanted[c], found[c], 1e-4, "class " + c);
      }
    }
  }
}
