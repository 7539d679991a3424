package org.p2vit.quantize;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;

/**
 * What the quantizer does beyond rounding to nearest; each can be left out (docs/quantization.md).
 */
public enum Method {
  /** Scales by the error they cause; without it, the largest value's scale, rounded to the grid. */
  ADAPTIVE_ROUNDING,
  /** A power of two a channel moved from the inputs of QKV and fc1 into the weights. */
  SMOOTHING,
  /** Factors that attention is free to choose, so that weights fit powers of two. */
  FOLDED_SCALES,
  /** A power of two a channel for the residual stream, if it has fewer than 16 bits. */
  POWER_OF_TWO_FACTOR,
  /** A factor a head, folded into the projection, for what log2 codes of attention lose. */
  LOG2_GAIN,
  /** Offsets of the values that make up for rows of log2 codes that do not sum to one. */
  VALUE_OFFSETS,
  /** A power of two a channel after GELU, folded into fc2. */
  HIDDEN_CHANNELS,
  /** Weights fitted to the codes that a layer really reads and to the float model's outputs. */
  REFIT,
  /** Rounding one weight after another, each making up for the errors so far. */
  COMPENSATION,
  /** What is added to the covariance's diagonal, by the error on images not rounded for. */
  DAMPING,
  /** Single weights changed while that helps. */
  DESCENT,
  /** Biases that make up for the mean error. */
  BIAS_CORRECTION;

  /** As options write it: {@code bias-correction}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The method of a {@link #label}. */
  public static Method of(String label) {
    return Arrays.stream(values())
        .filter(m -> m.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "method '" + label + "'; accepted are " + String.join(", ", labels())));
  }

  /** All labels. */
  public static Set<String> labels() {
    return Arrays.stream(values())
        .map(Method::label)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
