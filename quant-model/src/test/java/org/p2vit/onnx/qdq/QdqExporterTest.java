package org.p2vit.onnx.qdq;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.p2vit.image.IdxImages;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;

/** ONNX Runtime computes an exported model with the golden model's codes, tensor by tensor. */
class QdqExporterTest {
  private static final VitShape SHAPE = new VitShape(3, 12, 8, 4, 24, 2, 3, 40, 7);

  @Test
  void randomModelsAreExact() throws Exception {
    long seed = 5;
    for (int bits : new int[] {16, 8, 11}) {
      for (RandomModels.WeightBits weightBits : RandomModels.WeightBits.values()) {
        QuantizedModel model = RandomModels.model(seed++, SHAPE, weightBits, bits, 7);
        GoldenCheck.assertExact(model, random(model, seed, 2), OptLevel.NO_OPT, OptLevel.ALL_OPT);
      }
    }
  }

  /** Accumulators that floats do not hold, one above a tie in rounding. */
  @Test
  void wideAccumulatorsAreExact() throws Exception {
    QuantizedModel model = RandomModels.model(8, SHAPE, RandomModels.WeightBits.W8);
    Block block = model.blocks().get(0);
    Attention a = block.attention();
    makeWide(a.query(), c -> a.queryExponent()[c]);
    makeWide(block.mlp().fc1(), c -> block.mlp().activation().exponent());
    makeWide(block.mlp().fc2(), c -> block.residual2().exponent(c));
    makeWide(model.patchEmbedding(), c -> model.embed().exponent(c));
    GoldenCheck.assertExact(model, random(model, 9, 2), OptLevel.values());
  }

  /** Few small weights, and a bias of 64.5 outputs and the smallest bit more. */
  private static void makeWide(Linear l, IntUnaryOperator outputExponent) {
    int shift = 20;
    for (int o = 0; o < l.out(); o++) {
      Arrays.fill(l.weights(), o * l.in(), (o + 1) * l.in(), (byte) 0);
      l.weights()[o * l.in() + o % l.in()] = 1;
      l.bias()[o] = (64 << shift) + (1 << (shift - 1)) + 1;
      l.accExponent()[o] = outputExponent.applyAsInt(o) - shift;
    }
  }

  @Test
  void demonstrationModelIsExact() throws Exception {
    Path demo =
        Path.of(System.getProperty("p2vit.root", ".."))
            .resolve("generator/src/main/resources/org/p2vit/demo");
    FloatVit vit = OnnxVitImporter.read(demo.resolve("vit-mnist.onnx"));
    ImageSource calibrationImages =
        IdxImages.open(demo.resolve("calibration-images-idx3-ubyte.gz"), null);
    Calibration calibration =
        Calibration.collect(
            vit,
            calibrationImages.every(8, 0),
            new double[] {0.1307},
            new double[] {0.3081},
            Progress.NONE);
    ImageSource images = IdxImages.open(demo.resolve("evaluation-images-idx3-ubyte.gz"), null);
    for (QuantizeOptions options :
        List.of(
            QuantizeOptions.DEFAULT,
            QuantizeOptions.DEFAULT.withWeightBits(4).withResidualBits(12))) {
      QuantizedModel model = Quantizer.quantize(calibration, options, Progress.NONE).model();
      GoldenCheck.assertExact(model, images.slice(0, 10), OptLevel.NO_OPT, OptLevel.ALL_OPT);
    }
  }

  @Test
  void scalesBeyondFloatsAreNamed() {
    QuantizedModel model = RandomModels.model(8, SHAPE, RandomModels.WeightBits.W8);
    Arrays.fill(model.head().accExponent(), -80);
    QuantizedModel shifted =
        new QuantizedModel(
            model.name(),
            model.shape(),
            model.residualBits(),
            model.preprocessing(),
            model.patchEmbedding(),
            model.position(),
            model.embed(),
            model.blocks(),
            model.norm(),
            model.head(),
            -70);
    InputException e = assertThrows(InputException.class, () -> QdqExporter.export(shifted));
    assertTrue(e.getMessage().startsWith("head.weight has the exponent -80"), e.getMessage());
  }

  /** Normalized images of random values, some of which saturate. */
  private static ImageSource random(QuantizedModel model, long seed, int count) {
    VitShape s = model.shape();
    double range = Math.scalb(100.0, model.preprocessing().exponent());
    Random random = new Random(seed);
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] values = new float[s.imageChannels() * s.imageHeight() * s.imageWidth()];
      for (int j = 0; j < values.length; j++) {
        values[j] = (float) (random.nextGaussian() * range);
      }
      images.add(
          new Image.Tensor(
              "seed " + seed + " #" + i,
              s.imageChannels(),
              s.imageHeight(),
              s.imageWidth(),
              values,
              OptionalInt.empty()));
    }
    return new ImageSource() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public Image image(int index) {
        return images.get(index);
      }
    };
  }
}
