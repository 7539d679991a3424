package org.p2vit.onnx.qdq;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.onnx.QuantizedVit;
import org.p2vit.onnx.Tap;
import org.p2vit.onnx.TensorCodes;

/**
 * Exponents of the integer model's tensors: those of the graph's quantizers, and of calibration
 * where the graph has none.
 */
final class TensorScales {
  private final QuantizedVit source;
  private final Map<Tap, int[]> calibrated;
  private final List<String> notes;

  /**
   * @param calibrated of tensors without quantizers: one exponent, or one a head
   * @param notes get what the integer model does in another way
   */
  TensorScales(QuantizedVit source, Map<Tap, int[]> calibrated, List<String> notes) {
    this.source = source;
    this.calibrated = calibrated;
    this.notes = notes;
  }

  TensorCodes codes(Tap tap) {
    return source.tensors().get(tap);
  }

  /** One exponent a channel, of int8 codes. */
  int[] channels(String name, Tap tap) {
    TensorCodes codes = codes(tap);
    if (!codes.quantized()) {
      int[] one = calibrated(name, tap);
      int[] all = new int[codes.columns()];
      Arrays.fill(all, one[0]);
      return all;
    }
    requireInt8(name, codes);
    return channels(name, codes);
  }

  /** One exponent a channel, whatever the codes. */
  static int[] channels(String name, TensorCodes codes) {
    requireUsable(codes);
    int columns = codes.columns();
    int[] exponents = Arrays.copyOf(codes.exponents(), columns);
    for (int i = 0; i < codes.exponents().length; i++) {
      if (codes.exponents()[i] != exponents[i % columns]) {
        throw codes.quantizerError(
            "'%s' has another scale in row %d than in row 0; scales a tensor or a channel are accepted"
                .formatted(name, i / columns));
      }
    }
    return exponents;
  }

  /** One exponent a head, of int8 scores. */
  int[] heads(String name, Tap tap, int heads) {
    TensorCodes codes = codes(tap);
    if (!codes.quantized()) {
      return calibrated(name, tap);
    }
    requireInt8(name, codes);
    requireUsable(codes);
    int each = codes.exponents().length / heads;
    int[] exponents = new int[heads];
    for (int h = 0; h < heads; h++) {
      exponents[h] = codes.exponents()[h * each];
      for (int i = h * each; i < (h + 1) * each; i++) {
        if (codes.exponents()[i] != exponents[h]) {
          throw codes.quantizerError(
              "'%s' has several scales in head %d; scales a tensor or a head are accepted"
                  .formatted(name, h));
        }
      }
    }
    return exponents;
  }

  private int[] calibrated(String name, Tap tap) {
    int[] exponents = calibrated.get(tap);
    if (exponents == null) {
      throw missing(name, codes(tap));
    }
    return exponents;
  }

  /** The error for a tensor without a quantizer. */
  static InputException missing(String name, TensorCodes codes) {
    return codes.nodeError(
        "its output, '%s' of docs/numerics.md, has no quantizer; a QuantizeLinear and DequantizeLinear (or Quant) behind it is expected, or calibration images to choose the scale by"
            .formatted(name));
  }

  static void requireUsable(TensorCodes codes) {
    if (codes.problem() != null) {
      throw codes.quantizerError(codes.problem());
    }
  }

  private void requireInt8(String name, TensorCodes codes) {
    if (codes.type().bits() != 8 || !codes.type().signed()) {
      throw codes.quantizerError(
          "makes %s codes of '%s'; int8 is expected".formatted(codes.type(), name));
    }
    for (int i = 0; codes.max() != null && i < codes.max().length; i++) {
      if (Math.scalb(codes.max()[i], -codes.exponents()[i]) < Byte.MAX_VALUE) {
        throw codes.quantizerError(
            "'%s' is limited to %s before it; 8 bits are expected"
                .formatted(name, (float) codes.max()[i]));
      }
    }
    noteNarrow(codes, "-128");
  }

  void noteNarrow(TensorCodes codes, String lowest) {
    if (codes.narrow()) {
      notes.add(
          codes.quantizer() + ": its range is narrow; the integer model saturates at " + lowest);
    }
  }
}
