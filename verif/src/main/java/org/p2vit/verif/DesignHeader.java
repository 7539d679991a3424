package org.p2vit.verif;

import java.util.List;
import java.util.Locale;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.rtl.StallCause;

/**
 * Writes what the C++ harness must know of a design: {@code design.h} and the Verilator
 * configuration that makes signals public.
 */
final class DesignHeader {
  private DesignHeader() {}

  static String header(Architecture architecture) {
    StringBuilder text = new StringBuilder();
    text.append("// Generated from Architecture, RegisterMap, TapStream and ExecutionTrace.\n");
    text.append("#pragma once\n#include <cstdint>\n#include \"taps.h\"\nnamespace p2vit {\n");
    constant(text, "AXI_BYTES", architecture.axi().bytes());
    constant(text, "CONTROL", RegisterMap.CONTROL.offset());
    constant(text, "CONTROL_START", RegisterMap.CONTROL_START);
    constant(text, "IRQ_CLEAR", RegisterMap.IRQ_CLEAR.offset());
    constant(text, "JOBS", RegisterMap.JOBS.offset());
    text.append("struct NamedRegister {\n  const char* name;\n  uint32_t offset;\n};\n");
    text.append("constexpr NamedRegister READABLE_REGISTERS[] = {\n");
    for (RegisterMap register : RegisterMap.values()) {
      if (register.access() != RegisterMap.Access.WRITE) {
        line(text, "    {\"%s\", 0x%03x},", register.name(), register.offset());
      }
    }
    text.append("};\nconstexpr TapSource TAPS[] = {\n");
    for (TapStream tap : TapStream.values()) {
      line(
          text,
          "    {\"%s\", \"%s.%s\", %d, %s},",
          tap.fileName(),
          RtlEmitter.TOP,
          tap.instance(),
          tap.bits(),
          tap.signed());
    }
    text.append("};\n");
    execution(text);
    text.append("}  // namespace p2vit\n");
    return text.toString();
  }

  /** What {@link ExecutionTrace} is recorded from. */
  private static void execution(StringBuilder text) {
    line(text, "constexpr const char* CONTROLLER_SCOPE = \"%s.controller\";", RtlEmitter.TOP);
    line(
        text, "constexpr const char* COUNTERS_SCOPE = \"%s.controller.counters\";", RtlEmitter.TOP);
    constant(text, "CHUNKS", Chunk.values().length);
    constant(text, "ARRAY_CHUNK", Chunk.MATMUL.ordinal());
    constant(text, "EVENT_TAKEN", ExecutionTrace.EVENT_TAKEN);
    constant(text, "EVENT_DONE", ExecutionTrace.EVENT_DONE);
    constant(text, "EVENT_ARRAY", ExecutionTrace.EVENT_ARRAY);
    constant(text, "ARRAY_UNATTRIBUTED", ExecutionTrace.ARRAY_UNATTRIBUTED);
    constant(text, "ARRAY_BUSY", ExecutionTrace.ARRAY_BUSY);
    text.append("constexpr uint32_t STALL_SIGNALS[] = {");
    for (StallCause cause : StallCause.values()) {
      text.append(cause.index()).append(", ");
    }
    text.append("};\n");
  }

  /** Makes signals readable in the simulation without a change to the RTL. */
  static String publicSignals() {
    StringBuilder text = new StringBuilder("`verilator_config\n");
    for (TapStream tap : TapStream.values()) {
      line(text, "public_flat_rd -module \"%s\" -var \"io_tap_*\"", tap.module());
    }
    for (String signals :
        List.of("io_jobs_*_valid", "io_jobs_*_ready", "io_done_*", "io_busy_*", "io_stall_*")) {
      line(text, "public_flat_rd -module \"Controller\" -var \"%s\"", signals);
    }
    line(text, "public_flat_rd -module \"PerformanceCounters\" -var \"io_running\"");
    return text.toString();
  }

  private static void constant(StringBuilder text, String name, int value) {
    line(text, "constexpr uint32_t %s = %d;", name, value);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
