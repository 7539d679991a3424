package org.p2vit.synth.area;

/**
 * A product of two variable operands.
 *
 * @param shorterBits bits of the operand with fewer bits, as a signed number
 * @param longerBits bits of the other
 * @param paired whether it shares an operand with a second product that is as small, and is counted
 *     for both
 */
public record Multiplier(int shorterBits, int longerBits, boolean paired)
    implements Comparable<Multiplier> {
  public Multiplier {
    if (shorterBits > longerBits) {
      throw new IllegalArgumentException(shorterBits + " > " + longerBits);
    }
  }

  /**
   * DSP slices that it takes: one for each part product. All but the leading part of an operand are
   * unsigned, which costs them a bit of the slice's signed operand.
   */
  public int slices(DspSlice dsp) {
    int parts =
        Math.min(
            parts(shorterBits, dsp.shorterBits()) * parts(longerBits, dsp.longerBits()),
            parts(shorterBits, dsp.longerBits()) * parts(longerBits, dsp.shorterBits()));
    return paired && !dsp.pairs() ? 2 * parts : parts;
  }

  private static int parts(int bits, int ofSlice) {
    return bits <= ofSlice ? 1 : 1 + -Math.floorDiv(-(bits - ofSlice), ofSlice - 1);
  }

  @Override
  public int compareTo(Multiplier other) {
    int bits = Integer.compare(longerBits * shorterBits, other.longerBits * other.shorterBits);
    if (bits != 0) {
      return bits;
    }
    return shorterBits != other.shorterBits
        ? Integer.compare(shorterBits, other.shorterBits)
        : Boolean.compare(paired, other.paired);
  }
}
