package org.p2vit.generator;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.Safetensors;

/** Writes every intermediate tensor of the golden model. */
public final class TensorDump {
  private TensorDump() {}

  /**
   * One file {@code image-N.safetensors} an image: int32 codes under the names of docs/numerics.md
   * section 2.
   */
  public static void write(
      QuantizedModel model, ImageSource images, Path directory, GoldenBatch.Progress progress) {
    GoldenModel golden = new GoldenModel(model);
    for (int i = 0; i < images.count(); i++) {
      Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
      golden.logits(
          InputCodes.of(images.image(i), model.preprocessing(), model.shape()),
          (name, shape, codes) -> tensors.put(name, Safetensors.Tensor.of(codes, shape)));
      AtomicFiles.write(
          directory,
          Map.of(file(directory, i).getFileName().toString(), Safetensors.format(tensors)));
      progress.update(i + 1, images.count());
    }
  }

  /** The file of image {@code i}. */
  public static Path file(Path directory, int i) {
    return directory.resolve("image-" + i + ".safetensors");
  }
}
