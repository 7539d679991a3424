package org.p2vit.synth.device;

import java.util.List;

/**
 * An FPGA.
 *
 * @param name in the vendor's data sheet, without package and speed grade
 * @param family what it is made of
 * @param familyName name of that
 * @param luts in the family's unit
 * @param dsps multipliers
 * @param blockRams blocks of the family's common kind
 * @param ultraRams blocks of the large kind
 * @param source the data sheet
 * @param boards that carry it
 */
public record Device(
    String name,
    DeviceFamily family,
    String familyName,
    long luts,
    long dsps,
    long blockRams,
    long ultraRams,
    String source,
    List<String> boards) {
  public Device {
    boards = List.copyOf(boards);
  }

  /** Flip-flops beside the LUTs. */
  public long registers() {
    return luts * family.registersPerLut();
  }
}
