package org.p2vit.generator.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.verif.Simulation.AxiBehaviour;

/** Whole images through the RTL of trained models: every tensor must equal the golden model's. */
@Tag("large")
class RealModelTest {
  private static final Path DATA = Path.of(System.getProperty("p2vit.data", "../shared/data"));

  @TempDir Path directory;

  @Test
  void cifar8Bit() {
    verify(
        "vit-cifar10.onnx",
        "cifar10-test-1000.bin",
        0.4734,
        0.2516,
        QuantizeOptions.DEFAULT,
        2,
        FitOptions.DEFAULT,
        0);
  }

  @Test
  void cifarMixedBitsWithAxiStalls() {
    QuantizeOptions mixed =
        QuantizeOptions.DEFAULT
            .withWeightBits(4)
            .withLayerWeightBits(
                Map.of("patch_embedding", 8, "head", 8, "blocks.1.fc1", 8, "blocks.2.key", 8));
    verify(
        "vit-cifar10.onnx",
        "cifar10-test-1000.bin",
        0.4734,
        0.2516,
        mixed,
        2,
        FitOptions.DEFAULT.withMacs(256),
        0.3);
  }

  @Test
  void vitTiny8Bit() {
    verify(
        "vit-tiny-p16-224.onnx",
        "photos",
        0.5,
        0.5,
        QuantizeOptions.DEFAULT,
        1,
        FitOptions.DEFAULT.withMacs(1024),
        0);
  }

  @Test
  void vitTiny4Bit() {
    verify(
        "vit-tiny-p16-224.onnx",
        "photos",
        0.5,
        0.5,
        QuantizeOptions.DEFAULT.withWeightBits(4),
        1,
        FitOptions.DEFAULT.withMacs(1024),
        0);
  }

  private void verify(
      String onnxName,
      String imagesName,
      double mean,
      double std,
      QuantizeOptions bits,
      int count,
      FitOptions fit,
      double stall) {
    Path onnx = DATA.resolve(onnxName);
    Path imagePath = DATA.resolve(imagesName);
    Assumptions.assumeTrue(
        Files.exists(onnx) && Files.exists(imagePath),
        () -> "no real models in " + DATA.toAbsolutePath() + "; set -Dp2vit.data");
    VitShape shape = OnnxVitImporter.read(onnx).shape();
    ImageSource images = ImageFiles.open(imagePath, null, shape);
    double[] means = new double[shape.imageChannels()];
    double[] stds = new double[shape.imageChannels()];
    Arrays.fill(means, mean);
    Arrays.fill(stds, std);
    QuantizedModel model =
        P2vit.quantize(onnx, P2vit.spread(images, 16), means, stds, bits, Progress.NONE);
    Design design = P2vit.generate(model, P2vit.fit(model, fit), directory);
    RtlVerification result =
        P2vit.verify(
            model,
            design,
            images.slice(1, 1 + count),
            RtlVerification.Options.standard().withAxi(AxiBehaviour.of(100, stall, 7)),
            RtlVerification.SILENT);
    assertEquals(count, result.images().size());
    assertTrue(result.exact(), () -> result.images().get(0).report().summary());
    assertTrue(result.elements() > 0);
  }
}
