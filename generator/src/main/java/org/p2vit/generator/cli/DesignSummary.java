package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.p2vit.generator.Design;
import org.p2vit.generator.compile.BufferUse;
import org.p2vit.rtl.Architecture;
import org.p2vit.synth.device.DeviceFit;

/**
 * What 'generate' shows of a design.
 *
 * @param macsPerCycle 8-bit; twice as many with 4-bit weights
 * @param onChipBytes of all buffers
 * @param deviceFit whether it fits the device that was named; null if none was
 * @param artifacts files and folders written
 */
record DesignSummary(
    Architecture architecture,
    int macsPerCycle,
    int jobs,
    long imageBytes,
    long onChipBytes,
    List<BufferUse> buffers,
    DeviceFit deviceFit,
    List<String> artifacts) {

  static DesignSummary of(Design design) {
    return of(design, null);
  }

  static DesignSummary of(Design design, DeviceFit deviceFit) {
    Architecture arch = design.compiled().architecture();
    return new DesignSummary(
        arch,
        arch.macs(),
        design.compiled().jobs().size(),
        design.compiled().image().length,
        design.compiled().bufferBytes(),
        design.compiled().buffers(),
        deviceFit,
        design.artifacts().stream().map(Path::toString).toList());
  }

  void print(PrintWriter out) {
    new ConsoleTable("Accelerator")
        .row(
            "MatMul array",
            "%d rows x %d columns x %d deep = %,d MACs a cycle",
            architecture.rows(),
            architecture.columns(),
            architecture.depth(),
            macsPerCycle)
        .row(
            "re-quantizer, LayerNorm",
            "%d, %d lanes",
            architecture.requantLanes(),
            architecture.layerNormLanes())
        .row(
            "shifter array",
            "%d rows x %d columns x %d deep",
            architecture.rows(),
            architecture.shifterColumns(),
            architecture.shifterDepth())
        .row("AXI4", "%d bits", architecture.axi().dataBits())
        .row("program, memory image", "%,d jobs, %,d bytes", jobs, imageBytes)
        .row("on-chip memory", "%,.1f KiB", onChipBytes / 1024.0)
        .print(out);
  }

  void printBuffers(PrintWriter out) {
    ConsoleTable table = new ConsoleTable("Buffers");
    for (BufferUse b : buffers) {
      table.row(
          b.buffer(),
          "%,6d words x %,5d bits = %,8d bytes  %s",
          b.words(),
          b.wordBits(),
          b.bytes(),
          b.regions());
    }
    table.print(out);
  }

  void printArtifacts(PrintWriter out) {
    out.println();
    out.println("Artifacts");
    artifacts.forEach(a -> out.println("  " + a));
    out.flush();
  }
}
