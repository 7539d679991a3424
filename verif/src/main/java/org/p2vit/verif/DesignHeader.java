package org.p2vit.verif;

import java.util.Locale;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.RtlEmitter;

/** Writes what the C++ harness must know of a design: {@code design.h} and {@code taps.vlt}. */
final class DesignHeader {
  private DesignHeader() {}

  static String header(Architecture architecture) {
    StringBuilder text = new StringBuilder();
    text.append("// Generated from Architecture, RegisterMap and TapStream.\n");
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
    text.append("};\n}  // namespace p2vit\n");
    return text.toString();
  }

  /** Makes the taps readable in the simulation without a change to the RTL. */
  static String tapConfiguration() {
    StringBuilder text = new StringBuilder("`verilator_config\n");
    for (TapStream tap : TapStream.values()) {
      line(text, "public_flat_rd -module \"%s\" -var \"io_tap_*\"", tap.module());
    }
    return text.toString();
  }

  private static void constant(StringBuilder text, String name, int value) {
    line(text, "constexpr uint32_t %s = %d;", name, value);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
