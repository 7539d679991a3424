package org.p2vit.generator.energy;

import java.nio.file.Path;
import org.p2vit.generator.compile.AccessCounts.Operation;
import org.p2vit.model.InputException;
import org.p2vit.model.io.SettingsFile;

/**
 * Picojoules an event, as {@code energy-costs.json} holds them.
 *
 * @param technology and supply, for people
 * @param source where the numbers were published
 * @param multiplyAccumulate an 8 x 8 product and a 32-bit addition
 * @param requantize a result: bias, shift and rounding, residual, activation
 * @param shiftAdd an 8-bit shift and a 32-bit addition
 * @param softmax a score through one pass
 * @param layerNorm an element through one pass
 * @param sram64 reading or writing 64 bits of a memory of {@link #sramKib} KiB; grows with the
 *     square root of the size
 * @param sramKib the size that {@code sram64} is of
 * @param dramByte a byte over the memory port, the memory's own share included
 */
public record EnergyCosts(
    String technology,
    String source,
    double multiplyAccumulate,
    double requantize,
    double shiftAdd,
    double softmax,
    double layerNorm,
    double sram64,
    double sramKib,
    double dramByte) {
  private static final SettingsFile<EnergyCosts> FORMAT =
      SettingsFile.complete(EnergyCosts.class, "energy costs");

  private static final String DEFAULT = "energy-costs.json";
  private static final int BANK_BITS = 64;

  public EnergyCosts {
    notNegative("multiplyAccumulate", multiplyAccumulate);
    notNegative("requantize", requantize);
    notNegative("shiftAdd", shiftAdd);
    notNegative("softmax", softmax);
    notNegative("layerNorm", layerNorm);
    notNegative("sram64", sram64);
    notNegative("dramByte", dramByte);
    if (!(sramKib > 0)) {
      throw new IllegalArgumentException("sramKib is " + sramKib + "; it must be greater than 0");
    }
  }

  /** The shipped costs. */
  public static EnergyCosts standard() {
    return FORMAT.readShipped(DEFAULT);
  }

  /**
   * Of a user.
   *
   * @throws InputException if the file cannot be read, lacks a field, has one that is not known, or
   *     a value that is not possible
   */
  public static EnergyCosts read(Path file) {
    return FORMAT.read(file);
  }

  /** Picojoules of an operation. */
  double of(Operation operation) {
    return switch (operation) {
      case MULTIPLY_ACCUMULATE -> multiplyAccumulate;
      case REQUANTIZE -> requantize;
      case SHIFT_ADD -> shiftAdd;
      case SOFTMAX -> softmax;
      case LAYER_NORM -> layerNorm;
    };
  }

  /**
   * Picojoules a bit read from or written to a memory that is built of banks 64 bits wide, each as
   * deep as the memory.
   */
  double sramBit(int words) {
    double bankKib = words * (BANK_BITS / 8) / 1024.0;
    return sram64 * Math.sqrt(bankKib / sramKib) / BANK_BITS;
  }

  private static void notNegative(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(name + " is " + value + "; it must not be negative");
    }
  }
}
