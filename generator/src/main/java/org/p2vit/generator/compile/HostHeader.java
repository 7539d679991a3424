package org.p2vit.generator.compile;

import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.RegisterMap;

/** A C header with registers, addresses and the layouts of input and output. */
final class HostHeader {
  private final StringBuilder text = new StringBuilder();

  private HostHeader() {}

  static String of(CompiledModel m, MemoryMap map) {
    HostHeader h = new HostHeader();
    h.line("/* p2vit: registers and memory map of a generated accelerator. Generated file. */");
    h.line("#ifndef P2VIT_H");
    h.line("#define P2VIT_H");
    h.line("#include <stdint.h>");
    h.registers();
    h.regions(map);
    h.layouts(m);
    h.functions();
    h.line("#endif");
    return h.text.toString();
  }

  private void registers() {
    line("");
    line("/* AXI4-Lite registers: byte offsets. */");
    for (RegisterMap r : RegisterMap.values()) {
      line("#define P2VIT_REG_%s 0x%03xu /* %s */".formatted(r, r.offset(), r.meaning()));
    }
    line("#define P2VIT_ID_VALUE 0x%xu".formatted(RegisterMap.ID_VALUE));
    line("#define P2VIT_CONTROL_START %du".formatted(RegisterMap.CONTROL_START));
    line("#define P2VIT_CONTROL_RESET %du".formatted(RegisterMap.CONTROL_RESET));
    line("#define P2VIT_STATUS_BUSY %du".formatted(RegisterMap.STATUS_BUSY));
    line("#define P2VIT_STATUS_DONE %du".formatted(RegisterMap.STATUS_DONE));
    line("#define P2VIT_STATUS_ERROR %du".formatted(RegisterMap.STATUS_ERROR));
    for (RegisterMap.ErrorCode c : RegisterMap.ErrorCode.values()) {
      line("#define P2VIT_ERROR_%s %du".formatted(c, c.ordinal()));
    }
  }

  private void regions(MemoryMap map) {
    line("");
    line("/* Memory regions. */");
    region("PROGRAM", map.program());
    region("MODEL", map.model());
    region("INPUT", map.input());
    region("OUTPUT", map.output());
  }

  private void region(String name, MemoryMap.Region r) {
    line("#define P2VIT_%s_ADDRESS 0x%xull".formatted(name, r.address()));
    line("#define P2VIT_%s_BYTES %du".formatted(name, r.bytes()));
  }

  private void layouts(CompiledModel m) {
    Architecture a = m.architecture();
    line("");
    line("/* Inputs and outputs of the images of a start follow each other, a stride apart. */");
    line("/* Input: tokens x patch length int8 codes; token 0 is the class token's, zeros. */");
    line("#define P2VIT_IMAGES %du".formatted(m.images()));
    line("#define P2VIT_INPUT_STRIDE %du".formatted(m.input().bytes()));
    line("#define P2VIT_OUTPUT_STRIDE %du".formatted(m.output().bytes()));
    line("#define P2VIT_TOKENS %du".formatted(m.input().tokens()));
    line("#define P2VIT_PATCH_LENGTH %du".formatted(m.input().patchDim()));
    line("#define P2VIT_CLASSES %du".formatted(m.output().classes()));
    line("#define P2VIT_ROWS %du".formatted(a.rows()));
    line("#define P2VIT_DEPTH %du".formatted(a.depth()));
    line("#define P2VIT_DEPTH_WORDS %du".formatted(m.input().depthWords()));
    line("#define P2VIT_RESULT_COLUMNS %du".formatted(a.requantColumns()));
  }

  private void functions() {
    line("");
    line("/* Byte of the input region that holds value k of a token. All others are zero. */");
    line("static inline uint32_t p2vit_input_offset(uint32_t token, uint32_t k) {");
    line("  uint32_t word = token / P2VIT_ROWS * P2VIT_DEPTH_WORDS + k / P2VIT_DEPTH;");
    line("  return (word * P2VIT_ROWS + token % P2VIT_ROWS) * P2VIT_DEPTH + k % P2VIT_DEPTH;");
    line("}");
    line("");
    line("/* First of the two bytes, little endian, of the output region that hold a logit. */");
    line("static inline uint32_t p2vit_logit_offset(uint32_t c) {");
    line("  uint32_t word = c / P2VIT_RESULT_COLUMNS;");
    line("  return (word * P2VIT_ROWS * P2VIT_RESULT_COLUMNS + c % P2VIT_RESULT_COLUMNS) * 2u;");
    line("}");
    line("");
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
