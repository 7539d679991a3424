package org.p2vit.generator.bench;

import java.util.List;
import java.util.Locale;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.DeitShape;
import org.p2vit.verif.Simulation.AxiBehaviour;

/**
 * A network on an accelerator that the generator chooses, to be simulated.
 *
 * @param network shape, and through it the memory budget
 * @param weightBits of all layers
 * @param images that one start computes, back to back
 * @param axiBits width of the memory port
 * @param latency of the memory in cycles
 * @param stall probability that an AXI channel stalls in a cycle
 */
record Workload(
    DeitShape network, int weightBits, int images, int axiBits, int latency, double stall) {
  static final int MACS = 1024;

  private static final int AXI_BITS = 128;
  private static final int LATENCY = 100;
  private static final int STARVED_AXI_BITS = 32;
  private static final int STARVED_LATENCY = 400;
  private static final double STALL = 0.1;
  private static final long STALL_SEED = 1;

  /** On a wide enough port: one image a start, several, and 4-bit weights. */
  static List<Workload> throughput() {
    return List.of(
        plain(DeitShape.DEIT_TINY, 8, 1),
        plain(DeitShape.DEIT_TINY, 8, 3),
        plain(DeitShape.DEIT_TINY, 4, 1),
        plain(DeitShape.DEIT_SMALL, 8, 1),
        plain(DeitShape.DEIT_SMALL, 4, 1),
        plain(DeitShape.DEIT_BASE, 8, 1),
        plain(DeitShape.DEIT_BASE, 4, 1),
        plain(DeitShape.DEIT_SMALL, 8, 2),
        plain(DeitShape.DEIT_BASE, 8, 2));
  }

  /** On memories that are too slow, or stall at random. */
  static List<Workload> slowMemory() {
    DeitShape tiny = DeitShape.DEIT_TINY;
    return List.of(
        new Workload(tiny, 8, 1, STARVED_AXI_BITS, STARVED_LATENCY, 0),
        new Workload(tiny, 4, 1, STARVED_AXI_BITS, STARVED_LATENCY, 0),
        new Workload(tiny, 8, 1, AXI_BITS, LATENCY, STALL));
  }

  static Workload plain(DeitShape network, int weightBits, int images) {
    return new Workload(network, weightBits, images, AXI_BITS, LATENCY, 0);
  }

  /** The same with 8-bit weights. */
  Workload with8Bits() {
    return new Workload(network, 8, images, axiBits, latency, stall);
  }

  /** On-chip memory that the benchmarks grant. */
  static int memoryKib(DeitShape network) {
    return switch (network) {
      case DEIT_TINY -> 384;
      case DEIT_SMALL -> 768;
      case DEIT_BASE -> 1536;
    };
  }

  FitOptions fit() {
    return FitOptions.DEFAULT.withMacs(MACS).withMemoryKib(memoryKib(network)).withAxiBits(axiBits);
  }

  AxiBehaviour axi() {
    return AxiBehaviour.of(latency, stall, STALL_SEED);
  }

  /** Names the file that holds its measurement. */
  String id() {
    String id =
        String.format(
            Locale.ROOT,
            "%s-w%d-x%d-axi%d-latency%d",
            network.name().toLowerCase(Locale.ROOT).replace('_', '-'),
            weightBits,
            images,
            axiBits,
            latency);
    return stall == 0 ? id : id + "-stalls";
  }

  /** {@code DeiT-Tiny}. */
  static String title(DeitShape network) {
    String size = network.name().substring("DEIT_".length());
    return "DeiT-" + size.charAt(0) + size.substring(1).toLowerCase(Locale.ROOT);
  }
}
