package org.p2vit.onnx.qdq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.quantize.Progress;

/** Compares an exported model, run by ONNX Runtime, with the golden model. */
final class GoldenCheck {
  private GoldenCheck() {}

  /**
   * Every tensor of every image, at each level of optimization; and the logits of the model that
   * the export is imported as.
   */
  static void assertExact(QuantizedModel model, ImageSource images, OptLevel... levels)
      throws Exception {
    byte[] onnx = QdqExporter.export(model);
    List<Map<String, int[]>> golden = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      golden.add(golden(model, images.image(i)));
    }
    QuantizedModel imported =
        QdqImporter.open("again", "again.onnx", onnx)
            .model(null, null, null, Progress.NONE)
            .model();
    assertArrayEquals(
        golden.get(0).get("output"), golden(imported, images.image(0)).get("output"), "imported");
    List<String> names = List.copyOf(golden.get(0).keySet());
    for (OptLevel level : levels) {
      // Further outputs keep ONNX Runtime from some optimizations; so without them, too.
      for (List<String> outputs : List.of(names.subList(0, names.size() - 1), List.<String>of())) {
        try (OnnxRun run = new OnnxRun(onnx, model.shape(), outputs, level)) {
          Map<String, int[]> found = run.codes(values(images, model), model.logitsExponent());
          assertEquals(outputs.size() + 1, found.size());
          found.forEach((name, codes) -> assertSame(golden, name, codes, level));
        }
      }
    }
  }

  private static void assertSame(
      List<Map<String, int[]>> golden, String name, int[] codes, OptLevel level) {
    int each = golden.get(0).get(name).length;
    assertEquals(golden.size() * each, codes.length, name);
    for (int i = 0; i < golden.size(); i++) {
      int[] part = Arrays.copyOfRange(codes, i * each, (i + 1) * each);
      assertArrayEquals(golden.get(i).get(name), part, name + " of image " + i + ", " + level);
    }
  }

  private static Map<String, int[]> golden(QuantizedModel model, Image image) {
    VitShape s = model.shape();
    Map<String, int[]> tensors = new LinkedHashMap<>();
    int[] logits =
        new GoldenModel(model)
            .logits(
                InputCodes.of(image, model.preprocessing(), s),
                (name, shape, codes) -> tensors.put(name, codes));
    // The class token's row is not in the graph.
    int[] input = tensors.get("input");
    tensors.put("input", Arrays.copyOfRange(input, s.patchDim(), input.length));
    tensors.put("output", logits);
    return tensors;
  }

  private static float[] values(ImageSource images, QuantizedModel model) {
    float[] all = {};
    for (int i = 0; i < images.count(); i++) {
      float[] values = images.image(i).normalized(model.preprocessing());
      all = Arrays.copyOf(all, all.length + values.length);
      System.arraycopy(values, 0, all, all.length - values.length, values.length);
    }
    return all;
  }
}
