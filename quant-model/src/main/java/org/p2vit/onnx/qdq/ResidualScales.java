package org.p2vit.onnx.qdq;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.Residual;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatNorm;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.IntegerNorm;
import org.p2vit.onnx.QuantizedVit;
import org.p2vit.onnx.Tap;
import org.p2vit.onnx.TensorCodes;
import org.p2vit.onnx.TensorCodes.Further;

/** Scales and width of the residual stream. */
final class ResidualScales {
  /** Where no quantizer gives a width. */
  static final int DEFAULT_BITS = 16;

  private final QuantizedVit source;
  private final Map<Tap, int[]> calibrated;
  private final int bits;

  /** Embed, then the two tensors of each block. */
  private final Residual[] stream;

  /**
   * @param calibrated of tensors without quantizers
   * @param notes get quantizers without a counterpart
   */
  ResidualScales(QuantizedVit source, Map<Tap, int[]> calibrated, List<String> notes) {
    this.source = source;
    this.calibrated = calibrated;
    this.bits = bits(source);
    FloatVit vit = source.vit();
    int depth = vit.blocks().size();
    stream = new Residual[1 + 2 * depth];
    for (int i = 0; i < stream.length; i++) {
      stream[i] = residual(name(i), tap(i), reader(i));
    }
    for (int i = 0; i < stream.length; i++) {
      noteFurther(i, notes);
    }
  }

  int bits() {
    return bits;
  }

  Residual embed() {
    return stream[0];
  }

  Residual residual1(int block) {
    return stream[1 + 2 * block];
  }

  Residual residual2(int block) {
    return stream[2 + 2 * block];
  }

  private static String name(int i) {
    return i == 0 ? "embed" : "blocks." + (i - 1) / 2 + ".residual" + (2 - i % 2);
  }

  private Tap tap(int i) {
    return tap(source.vit(), i);
  }

  private static Tap tap(FloatVit vit, int i) {
    if (i == 0) {
      return vit.embedTap();
    }
    FloatBlock.Taps taps = vit.blocks().get((i - 1) / 2).taps();
    return i % 2 == 1 ? taps.residual1() : taps.residual2();
  }

  /** The norm that reads a tensor. */
  private FloatNorm reader(int i) {
    FloatVit vit = source.vit();
    if (i == 2 * vit.blocks().size()) {
      return vit.norm();
    }
    FloatBlock block = vit.blocks().get(i / 2);
    return i % 2 == 0 ? block.norm1() : block.norm2();
  }

  /** The width of all of the stream's tensors that have quantizers. */
  static int bits(QuantizedVit source) {
    int bits = 0;
    String first = null;
    for (int i = 0; i <= 2 * source.vit().blocks().size(); i++) {
      TensorCodes codes = source.tensors().get(tap(source.vit(), i));
      if (codes.quantized()) {
        int found = bits(name(i), codes);
        if (bits != 0 && found != bits) {
          throw codes.quantizerError(
              "'%s' has %d bits, but '%s' has %d; one width of the residual stream is expected"
                  .formatted(name(i), found, first, bits));
        }
        bits = found;
        first = first == null ? name(i) : first;
      }
    }
    return bits == 0 ? DEFAULT_BITS : bits;
  }

  private static int bits(String name, TensorCodes codes) {
    TensorScales.requireUsable(codes);
    int bits = codes.type().bits();
    if (codes.max() != null) {
      // Limits before the quantizer make it narrower.
      double largest = largestCode(codes, 0);
      bits = Math.getExponent(largest + 1) + 1;
      for (int i = 0; i < codes.max().length; i++) {
        double max = largestCode(codes, i);
        if (max != largest || max != (1L << (bits - 1)) - 1) {
          throw codes.quantizerError(
              "the limit %s of '%s' before it is not the largest code of any width"
                  .formatted(codes.max()[i], name));
        }
      }
    }
    if (!codes.type().signed()
        || bits < ModelValidator.MIN_RESIDUAL_BITS
        || bits > ModelValidator.MAX_RESIDUAL_BITS) {
      throw codes.quantizerError(
          "makes %s codes of '%s'; signed ones of %d to %d bits are expected"
              .formatted(
                  codes.type(),
                  name,
                  ModelValidator.MIN_RESIDUAL_BITS,
                  ModelValidator.MAX_RESIDUAL_BITS));
    }
    return bits;
  }

  private static double largestCode(TensorCodes codes, int i) {
    double most = (1L << (codes.type().bits() - 1)) - 1;
    return Math.min(most, Math.scalb(codes.max()[i], -codes.exponents()[i]));
  }

  private Residual residual(String name, Tap tap, FloatNorm reader) {
    TensorCodes codes = source.tensors().get(tap);
    int[] exponents;
    if (codes.quantized()) {
      exponents = TensorScales.channels(name, codes);
    } else if (calibrated.get(tap) != null) {
      exponents = new int[codes.columns()];
      Arrays.fill(exponents, calibrated.get(tap)[0]);
    } else {
      throw TensorScales.missing(name, codes);
    }
    int base = Arrays.stream(exponents).min().orElseThrow();
    IntegerNorm norm = source.norms().get(reader);
    if (norm != null) {
      if (norm.inputExponent() > base) {
        throw new InputException(
            "%s: '%s' has a scale of 2^%d, but the LayerNorm that reads it is made for 2^%d and up"
                .formatted(source.file(), name, base, norm.inputExponent()));
      }
      base = norm.inputExponent();
    }
    byte[] ptf = new byte[exponents.length];
    for (int c = 0; c < ptf.length; c++) {
      int factor = exponents[c] - base;
      if (factor > ModelValidator.MAX_PTF) {
        throw codes.quantizerError(
            "scales of '%s' differ by 2^%d (channel %d); 2^%d at most is accepted"
                .formatted(name, factor, c, ModelValidator.MAX_PTF));
      }
      ptf[c] = (byte) factor;
    }
    return new Residual(base, ptf);
  }

  /** The stream is rounded to the next tensor's scale when something is added to it. */
  private void noteFurther(int i, List<String> notes) {
    for (Further further : source.tensors().get(tap(i)).further()) {
      boolean next = i + 1 < stream.length;
      for (int k = 0; next && k < further.exponents().length; k++) {
        next = further.exponents()[k] == stream[i + 1].exponent(k % stream[0].ptf().length);
      }
      if (!next) {
        notes.add(
            further.node() + ": '" + name(i) + "' is quantized before; only the first counts");
      }
    }
  }
}
