package org.p2vit.generator.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.p2vit.P2vit;
import org.p2vit.generator.verify.NoiseImages;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.DeitShape;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.QuantizeOptions;

/**
 * The networks of the benchmarks: a trained ViT-Tiny/16-224, which has DeiT-Tiny's shape, where it
 * is at hand; random weights otherwise.
 */
final class Models {
  private static final String TRAINED = "vit-tiny-p16-224.onnx";
  private static final long SEED = 1;
  private static final double MEAN = 0.5;
  private static final double STD = 0.5;
  private static final int CALIBRATION_IMAGES = 64;

  private final Optional<Path> data;
  private final Progress progress;
  private final Map<String, QuantizedModel> made = new HashMap<>();

  /**
   * @param data folder with {@code vit-tiny-p16-224.onnx} and {@code photos/}
   * @throws InputException if it has no such model
   */
  Models(Optional<Path> data, Progress progress) {
    this.data = data;
    this.progress = progress;
    if (data.isPresent() && onnx().isEmpty()) {
      throw new InputException("--data " + data.get() + " holds no " + TRAINED);
    }
  }

  /** The float model, if it is at hand. */
  Optional<Path> onnx() {
    return data.map(d -> d.resolve(TRAINED)).filter(Files::exists);
  }

  QuantizedModel model(DeitShape network, int weightBits) {
    return made.computeIfAbsent(network + "/" + weightBits, k -> make(network, weightBits));
  }

  private QuantizedModel make(DeitShape network, int weightBits) {
    if (network == DeitShape.DEIT_TINY && onnx().isPresent()) {
      VitShape shape = network.shape();
      double[] mean = new double[shape.imageChannels()];
      double[] std = new double[shape.imageChannels()];
      Arrays.fill(mean, MEAN);
      Arrays.fill(std, STD);
      ImageSource calibration = P2vit.spread(images(shape), CALIBRATION_IMAGES);
      QuantizeOptions options = QuantizeOptions.DEFAULT.withWeightBits(weightBits);
      return P2vit.quantize(onnx().get(), calibration, mean, std, options, progress);
    }
    RandomModels.WeightBits bits =
        weightBits == 4 ? RandomModels.WeightBits.W4 : RandomModels.WeightBits.W8;
    return RandomModels.model(SEED, network.shape(), bits);
  }

  /** Photographs, if they are at hand, otherwise noise. */
  ImageSource images(VitShape shape) {
    Optional<Path> photos = data.map(d -> d.resolve("photos")).filter(Files::exists);
    return photos.isPresent()
        ? ImageFiles.open(photos.get(), null, shape)
        : new NoiseImages(shape, CALIBRATION_IMAGES);
  }
}
