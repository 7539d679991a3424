package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.IdxImages;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.InputException;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;

/** Quantizes the demonstration's MNIST model. */
class QuantizerTest {
  private static final Path DEMO =
      Path.of(System.getProperty("p2vit.root", ".."))
          .resolve("generator/src/main/resources/org/p2vit/demo");
  private static final Path MODEL = DEMO.resolve("vit-mnist.onnx");

  private static FloatVit vit;
  private static Calibration calibration;
  private static Quantization plain;

  @BeforeAll
  static void calibrate() throws IOException {
    vit = OnnxVitImporter.read(MODEL);
    calibration = collect(images("calibration"));
    plain = Quantizer.quantize(calibration, QuantizeOptions.DEFAULT, Progress.NONE);
  }

  private static Calibration collect(ImageSource images) {
    return Calibration.collect(
        vit, images, new double[] {0.1307}, new double[] {0.3081}, Progress.NONE);
  }

  private static ImageSource images(String name) throws IOException {
    return IdxImages.open(
        DEMO.resolve(name + "-images-idx3-ubyte.gz"), DEMO.resolve(name + "-labels-idx1-ubyte.gz"));
  }

  @Test
  void keepsAccuracy() throws IOException {
    ImageSource images = images("evaluation");
    int floatCorrect = 0;
    try (FloatReference reference = FloatReference.open(MODEL, vit, List.of())) {
      for (int i = 0; i < images.count(); i++) {
        Image image = images.image(i);
        float[] logits = reference.logits(image.normalized(plain.model().preprocessing()));
        floatCorrect += best(logits) == image.label().orElseThrow() ? 1 : 0;
      }
    }
    assertTrue(floatCorrect >= 985, "float model: " + floatCorrect + " of 1000");
    int correct = correct(plain.model(), images);
    assertTrue(correct >= floatCorrect - 5, correct + " of 1000, float " + floatCorrect);
  }

  @Test
  void fourBitWeightsAndNarrowStreamStillClassify() throws IOException {
    ImageSource images = images("evaluation").slice(0, 200);
    QuantizeOptions options =
        QuantizeOptions.DEFAULT
            .withWeightBits(4)
            .withLayerWeightBits(Map.of("patch_embedding", 8, "head", 8));
    QuantizedModel model = Quantizer.quantize(calibration, options, Progress.NONE).model();
    assertEquals(8, model.head().weightBits());
    assertEquals(4, model.blocks().get(1).mlp().fc2().weightBits());
    assertTrue(correct(model, images) >= 190, "4-bit weights");
    model =
        Quantizer.quantize(calibration, QuantizeOptions.DEFAULT.withResidualBits(10), Progress.NONE)
            .model();
    assertEquals(10, model.residualBits());
    assertTrue(correct(model, images) >= 190, "10-bit residual stream");
  }

  private static int correct(QuantizedModel model, ImageSource images) {
    int[][] logits =
        GoldenBatch.logits(
            new GoldenModel(model),
            images.count(),
            i -> InputCodes.of(images.image(i), model.preprocessing(), model.shape()),
            GoldenBatch.Progress.NONE);
    int correct = 0;
    for (int i = 0; i < logits.length; i++) {
      int best = 0;
      for (int k = 1; k < logits[i].length; k++) {
        best = logits[i][k] > logits[i][best] ? k : best;
      }
      correct += best == images.image(i).label().orElseThrow() ? 1 : 0;
    }
    return correct;
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int k = 1; k < logits.length; k++) {
      best = logits[k] > logits[best] ? k : best;
    }
    return best;
  }

  @Test
  void isValidAtEverySetting() {
    for (int bits = 8; bits <= 16; bits++) {
      for (int weightBits : new int[] {4, 8}) {
        QuantizeOptions options =
            QuantizeOptions.DEFAULT.withResidualBits(bits).withWeightBits(weightBits);
        ModelValidator.check(Quantizer.quantize(calibration, options, Progress.NONE).model());
      }
    }
  }

  @Test
  void isDeterministic() {
    QuantizedModel again =
        Quantizer.quantize(calibration, QuantizeOptions.DEFAULT, Progress.NONE).model();
    assertArrayEquals(plain.model().position(), again.position());
    for (int i = 0; i < again.blocks().size(); i++) {
      assertArrayEquals(
          plain.model().blocks().get(i).mlp().fc2().weights(),
          again.blocks().get(i).mlp().fc2().weights());
      assertArrayEquals(
          plain.model().blocks().get(i).attention().query().bias(),
          again.blocks().get(i).attention().query().bias());
    }
  }

  /** A wrong exponent, offset or layout of any tensor would show as a few decibels at most. */
  @Test
  void everyTensorResemblesTheFloatModels() throws IOException {
    try (FloatReference reference = FloatReference.open(MODEL, vit, TensorStatistics.taps(plain))) {
      List<TensorStatistics> tensors =
          TensorStatistics.measure(
              plain, reference, images("evaluation").slice(0, 2), Progress.NONE);
      assertEquals(2 + 11 * 4 + 1, tensors.size(), tensors.toString());
      for (TensorStatistics t : tensors) {
        assertTrue(t.sqnr() > 9, t.name() + " has " + t.sqnr() + " dB");
        assertTrue(t.ownSqnr() > 9, t.name() + " has " + t.ownSqnr() + " dB of its own");
        assertTrue(t.saturation() < 0.01 || t.name().endsWith(".attention"), t.name());
        long codes = Arrays.stream(t.codes().counts()).sum();
        assertEquals(codes, Arrays.stream(t.floats().counts()).sum(), t.name());
      }
      TensorStatistics embed = tensors.get(0);
      assertEquals("embed", embed.name());
      assertTrue(embed.sqnr() > 30, "embed has " + embed.sqnr() + " dB");
      assertEquals(2L * 17 * 64, Arrays.stream(embed.codes().counts()).sum());
      // What was lost before does not count.
      TensorStatistics last = tensors.get(tensors.size() - 3);
      assertEquals("blocks.3.residual2", last.name());
      assertTrue(last.ownSqnr() > last.sqnr() + 6, last.ownSqnr() + ", " + last.sqnr() + " dB");
    }
  }

  @Test
  void rejectsUnknownLayersAndWidths() {
    assertRejected(
        () ->
            Quantizer.quantize(
                calibration,
                QuantizeOptions.DEFAULT.withLayerWeightBits(Map.of("blocks.4.fc1", 4)),
                Progress.NONE),
        "blocks.4.fc1");
    assertRejected(() -> QuantizeOptions.DEFAULT.withWeightBits(5), "5 bits");
    assertRejected(() -> QuantizeOptions.DEFAULT.withResidualBits(17), "17");
  }

  @Test
  void rejectsNormalizationOfOtherChannels() {
    assertRejected(
        () ->
            Calibration.collect(
                vit,
                images("calibration"),
                new double[] {0, 0, 0},
                new double[] {1, 1, 1},
                Progress.NONE),
        "3",
        "1 channel");
  }

  private static void assertRejected(
      org.junit.jupiter.api.function.Executable action, String... parts) {
    InputException e = assertThrows(InputException.class, action);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), "'" + e.getMessage() + "' should have " + part);
    }
  }
}
