package org.p2vit.generator.search;

/**
 * Weight bits of every group of layers.
 *
 * @param code a digit a group, 4 or 8, in the order of {@link LayerGroup#of}
 */
public record Allocation(String code) {

  static final int NARROW = 4;
  static final int WIDE = 8;

  public Allocation {
    if (!code.matches("[48]+")) {
      throw new IllegalArgumentException("'" + code + "' is not a sequence of 4 and 8");
    }
  }

  /** The same bits everywhere. */
  public static Allocation uniform(int groups, int bits) {
    return new Allocation(Integer.toString(bits).repeat(groups));
  }

  static Allocation of(boolean[] wide) {
    StringBuilder code = new StringBuilder();
    for (boolean w : wide) {
      code.append(w ? WIDE : NARROW);
    }
    return new Allocation(code.toString());
  }

  public int groups() {
    return code.length();
  }

  public int bits(int group) {
    return code.charAt(group) - '0';
  }

  public boolean wide(int group) {
    return bits(group) == WIDE;
  }

  /** Groups in which two differ. */
  int distance(Allocation other) {
    int count = 0;
    for (int g = 0; g < groups(); g++) {
      count += bits(g) == other.bits(g) ? 0 : 1;
    }
    return count;
  }

  Allocation with(int group, int bits) {
    StringBuilder changed = new StringBuilder(code);
    changed.setCharAt(group, (char) ('0' + bits));
    return new Allocation(changed.toString());
  }
}
