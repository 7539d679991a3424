package org.p2vit.generator.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.TapTarget;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;

/**
 * Makes tensors of the results that the chunks showed on their taps. A chunk shows beats of R x p
 * elements, row-major, in the order of its jobs; in a job row block by row block, in a row block by
 * ascending columns. Padding rows and columns are left out.
 */
public final class TapDecoder {
  private TapDecoder() {}

  /**
   * @param images of each image of the start, codes by tensor name, row-major, in the order of
   *     computation
   * @param problems of the streams themselves (too few or too many results); empty if none
   */
  public record Decoded(List<Map<String, int[]>> images, List<String> problems) {}

  /**
   * @param taps each chunk's elements in order; those of MATMUL, SOFTMAX, SHIFTER, LAYER_NORM
   */
  public static Decoded decode(CompiledModel model, Map<Chunk, short[]> taps) {
    List<Map<String, int[]>> images = new ArrayList<>();
    for (int i = 0; i < model.images(); i++) {
      images.add(new LinkedHashMap<>());
    }
    List<String> problems = new ArrayList<>();
    Map<Chunk, Integer> position = new EnumMap<>(Chunk.class);
    for (int i = 0; i < model.jobs().size(); i++) {
      TracedJob traced = model.jobs().get(i);
      if (traced.tap().isEmpty()) {
        continue;
      }
      Chunk chunk = traced.job().chunk().orElseThrow();
      TapTarget target = traced.tap().get();
      short[] stream = taps.getOrDefault(chunk, new short[0]);
      int at = position.getOrDefault(chunk, 0);
      int length = target.rowBlocks() * model.architecture().rows() * target.columns();
      int[] tensor =
          images.get(traced.image()).computeIfAbsent(target.tensor(), name -> empty(model, name));
      if (at <= stream.length && at + length > stream.length) {
        problems.add(
            "%s gave %d results and stopped in job %d (%s)"
                .formatted(chunk, stream.length, i, traced.purpose()));
      }
      place(model, target, stream, at, tensor);
      position.put(chunk, at + length);
    }
    position.forEach(
        (chunk, end) -> {
          int found = taps.getOrDefault(chunk, new short[0]).length;
          if (found > end) {
            problems.add("%s gave %d results, %d are expected".formatted(chunk, found, end));
          }
        });
    return new Decoded(images, problems);
  }

  private static int[] empty(CompiledModel model, String tensor) {
    int[] shape = TensorShapes.of(model.shape(), tensor);
    return new int[shape[0] * shape[1] * shape[2]];
  }

  private static void place(
      CompiledModel model, TapTarget target, short[] stream, int from, int[] tensor) {
    Architecture arch = model.architecture();
    int rows = arch.rows();
    int p = arch.requantColumns();
    int[] shape = TensorShapes.of(model.shape(), target.tensor());
    int width = shape[2];
    int at = from;
    for (int block = 0; block < target.rowBlocks(); block++) {
      for (int n = 0; n < target.columns(); n += p) {
        for (int r = 0; r < rows; r++) {
          int row = (target.firstBlock() + block) * rows + r;
          for (int c = 0; c < p; c++, at++) {
            int column = target.column() + n + c;
            if (at < stream.length && row < shape[1] && column < width) {
              tensor[(target.head() * shape[1] + row) * width + column] = stream[at];
            }
          }
        }
      }
    }
  }
}
