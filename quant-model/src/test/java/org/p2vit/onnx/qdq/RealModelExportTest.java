package org.p2vit.onnx.qdq;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;

/** Exports of trained models, where they are at hand, in ONNX Runtime. */
@Tag("large")
class RealModelExportTest {
  private static final Path DATA = Path.of(System.getProperty("p2vit.data", "../shared/data"));

  @Test
  void cifar() throws Exception {
    check("vit-cifar10.onnx", "cifar10-test-1000.bin", 0.4734, 0.2516);
  }

  @Test
  void vitTiny() throws Exception {
    check("vit-tiny-p16-224.onnx", "photos", 0.5, 0.5);
  }

  private static void check(String onnx, String images, double mean, double std) throws Exception {
    Path file = DATA.resolve(onnx);
    assumeTrue(Files.exists(file), "no " + file + "; -Dp2vit.data says where it is");
    FloatVit vit = OnnxVitImporter.read(file);
    ImageSource all = ImageFiles.open(DATA.resolve(images), null, vit.shape());
    Calibration calibration =
        Calibration.collect(
            vit,
            all.slice(0, 8),
            new double[] {mean, mean, mean},
            new double[] {std, std, std},
            Progress.NONE);
    for (QuantizeOptions options :
        new QuantizeOptions[] {
          QuantizeOptions.DEFAULT, QuantizeOptions.DEFAULT.withWeightBits(4)
        }) {
      QuantizedModel model = Quantizer.quantize(calibration, options, Progress.NONE).model();
      GoldenCheck.assertExact(model, all.slice(8, 12), OptLevel.NO_OPT, OptLevel.ALL_OPT);
    }
  }
}
