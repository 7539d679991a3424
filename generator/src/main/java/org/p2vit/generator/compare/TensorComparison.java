package org.p2vit.generator.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.verify.VerificationReport;
import org.p2vit.generator.verify.VerificationReport.TensorResult;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.ContextMath;
import org.p2vit.numerics.Tables;

/** Compares tensors that somebody else computed with those of the golden model. */
public final class TensorComparison {
  /** What attention codes of a row can sum to, see {@link GoldenModel}'s context. */
  private static final int MAX_ATTENTION = 4 * ContextMath.factor(0);

  private final QuantizedModel model;
  private final GoldenModel golden;
  private final boolean isolated;

  /**
   * @param isolated whether each tensor is computed from the expected ones before it, where they
   *     are given, so that only the layer that is wrong differs, not all that follow
   */
  public TensorComparison(QuantizedModel model, boolean isolated) {
    this.model = model;
    this.golden = new GoldenModel(model);
    this.isolated = isolated;
  }

  /**
   * Compares the tensors of one image.
   *
   * @param input codes of the image, T x patch length; null to take those of {@code expected}
   * @return a result for each of {@code expected}'s tensors; "expected" are its codes, "found" the
   *     golden model's
   */
  public VerificationReport compare(ExpectedTensors expected, byte[] input) {
    byte[] codes = input == null ? input(expected) : input;
    Map<String, int[]> given = Map.of();
    if (isolated) {
      expected.codes().forEach((name, values) -> checkRange(expected, name, values));
      given = expected.codes();
    }
    Map<String, int[]> found = new HashMap<>();
    golden.logits(
        codes,
        (name, shape, values) -> {
          if (expected.codes().containsKey(name)) {
            found.put(name, values);
          }
        },
        given);
    List<TensorResult> results = new ArrayList<>();
    expected
        .codes()
        .forEach(
            (name, values) ->
                results.add(TensorResult.compare(model.shape(), name, values, found.get(name))));
    return new VerificationReport(results, List.of());
  }

  private byte[] input(ExpectedTensors expected) {
    int[] values = expected.codes().get("input");
    if (values == null) {
      throw new InputException(
          expected.source()
              + ": has no tensor 'input', so that an image is needed: give --images, or add the codes of the input");
    }
    checkRange(expected, "input", values);
    byte[] codes = new byte[values.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) values[i];
      if (i < model.shape().patchDim() && codes[i] != 0) {
        throw new InputException(
            expected.source()
                + ": row 0 of tensor input, the class token's, has %d in column %d; zeros are expected"
                    .formatted(codes[i], i));
      }
    }
    return codes;
  }

  /** The golden model computes with these: they must be codes. */
  private void checkRange(ExpectedTensors expected, String name, int[] values) {
    int min = min(name);
    int max = name.endsWith("attention") ? Tables.CODE_ZERO : -min - 1;
    for (int i = 0; i < values.length; i++) {
      if (values[i] < min || values[i] > max) {
        throw new InputException(
            "%s: tensor %s holds %d at position %d; codes are %d to %d"
                .formatted(expected.source(), name, values[i], i, min, max));
      }
    }
    if (name.endsWith("attention")) {
      checkRows(expected, name, values);
    }
  }

  private int min(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "attention" -> 0;
      case "embed", "residual1", "residual2" -> -1 << (model.residualBits() - 1);
      case "logits" -> Short.MIN_VALUE;
      default -> Byte.MIN_VALUE;
    };
  }

  private void checkRows(ExpectedTensors expected, String name, int[] codes) {
    VitShape shape = model.shape();
    for (int row = 0; row < shape.heads() * shape.tokens(); row++) {
      long sum = 0;
      for (int j = 0; j < shape.tokens(); j++) {
        sum += ContextMath.factor(codes[row * shape.tokens() + j]);
      }
      if (sum > MAX_ATTENTION) {
        throw new InputException(
            "%s: tensor %s: row %d of head %d sums to %.2f; softmax's rows sum to about 1"
                .formatted(
                    expected.source(),
                    name,
                    row % shape.tokens(),
                    row / shape.tokens(),
                    (double) sum / ContextMath.factor(0)));
      }
    }
  }
}
