package org.p2vit.synth.area;

/**
 * The hard multiplier of an FPGA family.
 *
 * @param name in the vendor's data sheet
 * @param shorterBits signed operand with fewer bits
 * @param longerBits the other
 * @param pairs whether two products of up to 8 x 8 bits that share an operand fit one slice
 */
public record DspSlice(String name, int shorterBits, int longerBits, boolean pairs) {

  /**
   * Xilinx UltraScale and UltraScale+: 27 x 18. Two 8 x 8 products that share an operand fit one
   * (AMD white paper WP486).
   */
  public static final DspSlice DSP48E2 = new DspSlice("DSP48E2", 18, 27, true);
}
