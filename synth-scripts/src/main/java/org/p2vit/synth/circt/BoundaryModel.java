package org.p2vit.synth.circt;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Stands for a module that is not synthesized: its inputs end paths, its outputs begin some. An
 * external module would do neither in CIRCT's longest-path analysis.
 */
public final class BoundaryModel {
  private BoundaryModel() {}

  /** A register at every bit of every port. */
  public static HwModule registered(HwModule module) {
    StringBuilder body = inputRegisters(module);
    for (HwPort port : module.outputs()) {
      // Fed by an input, as a register that feeds itself would be removed.
      body.append(
          String.format(
              "    %%%s.next = comb.replicate %%model.bit : (i1) -> i%d%n",
              port.name(), port.bits()));
      register(body, port.name() + ".out", port.name() + ".next", port.bits());
    }
    return module.withBody(body + output(module));
  }

  /**
   * A memory whose read data follow the address within the cycle, through as many levels of LUTs as
   * it takes to see all bits of the address.
   */
  public static HwModule asynchronousRead(HwModule module, int lutInputs) {
    StringBuilder body = inputRegisters(module);
    for (HwPort port : module.outputs()) {
      String address = port.name().replaceFirst("_data$", "_addr");
      HwPort from =
          module.inputs().stream()
              .filter(p -> p.name().equals(address))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalStateException(module.name() + " has no port " + address));
      List<String> bits = new ArrayList<>();
      for (int bit = 0; bit < from.bits(); bit++) {
        String name = String.format("%%%s.bit.%d", port.name(), bit);
        body.append(
            String.format(
                "    %s = comb.extract %%%s from %d : (i%d) -> i1%n",
                name, address, bit, from.bits()));
        bits.add(name);
      }
      do {
        bits = level(body, port.name(), bits, lutInputs);
      } while (bits.size() > 1);
      body.append(
          String.format(
              "    %%%s.out = comb.replicate %s : (i1) -> i%d%n",
              port.name(), bits.get(0), port.bits()));
    }
    return module.withBody(body + output(module));
  }

  /** One level of LUTs over these bits; their tables are parities, which nothing simplifies. */
  private static List<String> level(
      StringBuilder body, String port, List<String> bits, int lutInputs) {
    List<String> results = new ArrayList<>();
    for (int from = 0; from < bits.size(); from += lutInputs) {
      List<String> inputs = bits.subList(from, Math.min(from + lutInputs, bits.size()));
      List<String> table = new ArrayList<>();
      for (int i = 0; i < 1 << inputs.size(); i++) {
        table.add(String.valueOf(Integer.bitCount(i) % 2 == 1));
      }
      String name = String.format("%%%s.level.%d.%d", port, bits.size(), from);
      body.append(
          String.format(
              "    %s = comb.truth_table %s -> [%s]%n",
              name, String.join(", ", inputs), String.join(", ", table)));
      results.add(name);
    }
    return results;
  }

  private static StringBuilder inputRegisters(HwModule module) {
    List<HwPort> inputs = module.inputs();
    if (inputs.isEmpty()) {
      throw new IllegalStateException("module " + module.name() + " has no input");
    }
    StringBuilder body = new StringBuilder();
    HwPort first =
        inputs.stream()
            .filter(p -> p.name().matches(".*(clock|clk)"))
            .findFirst()
            .orElse(inputs.get(0));
    body.append(
        String.format(
            "    %%model.bit = comb.extract %%%s from 0 : (i%d) -> i1%n",
            first.name(), first.bits()));
    body.append("    %model.clock = seq.to_clock %model.bit\n");
    for (HwPort port : inputs) {
      register(body, port.name() + ".in", port.name(), port.bits());
    }
    return body;
  }

  private static void register(StringBuilder body, String name, String next, int bits) {
    body.append(
        String.format("    %%%s = seq.firreg %%%s clock %%model.clock : i%d%n", name, next, bits));
  }

  private static String output(HwModule module) {
    List<HwPort> outputs = module.outputs();
    if (outputs.isEmpty()) {
      return "    hw.output\n";
    }
    return "    hw.output "
        + outputs.stream().map(p -> "%" + p.name() + ".out").collect(Collectors.joining(", "))
        + " : "
        + outputs.stream().map(p -> "i" + p.bits()).collect(Collectors.joining(", "))
        + "\n";
  }
}
