package org.p2vit.generator.energy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.AccessCounts.Operation;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.synth.power.Energy;
import org.p2vit.synth.power.GatePower;

/**
 * The energy model's operations beside the gates that do them, for one start of a program.
 *
 * @param technology of the model's costs
 * @param scale energy in the gates' technology of what takes 1 in the model's; null if not known
 * @param cycles of the clock in which the gates took theirs
 * @param flipFlops of the netlist
 * @param cells of the netlist
 * @param annotated share of the pins whose changes were counted, 0 to 1
 * @param parts of the accelerator; memories and DRAM are on neither side
 */
public record GateComparison(
    String technology,
    Double scale,
    long cycles,
    long flipFlops,
    long cells,
    double annotated,
    List<Row> parts) {

  /**
   * A part.
   *
   * @param gates joules of a start
   * @param operations of a start that the model counts
   * @param model joules of a start, in the model's technology
   */
  public record Row(GatePart part, Energy gates, long operations, double model) {

    /** Joules of the gates without their clock pins, which the model does not have. */
    public double work() {
      return gates.total() - gates.clock();
    }
  }

  /**
   * @param scale as above
   * @param power over the start
   */
  public static GateComparison of(
      Schedule schedule, EnergyCosts costs, Double scale, GatePower power) {
    Map<GatePart, Energy> gates = new EnumMap<>(GatePart.class);
    power.modules().forEach((m, e) -> gates.merge(GatePart.of(m), e, Energy::plus));
    List<Row> rows = new ArrayList<>();
    for (GatePart part : GatePart.values()) {
      AccessCounts counts = AccessCounts.of(schedule, part::does);
      long operations = 0;
      double picojoules = 0;
      for (Operation o : part.operations()) {
        operations += counts.operations(o);
        picojoules += counts.operations(o) * costs.of(o);
      }
      rows.add(
          new Row(part, gates.getOrDefault(part, Energy.ZERO), operations, picojoules * 1e-12));
    }
    return new GateComparison(
        costs.technology(),
        scale,
        power.cycles(),
        power.flipFlops(),
        power.cells(),
        power.annotatedShare(),
        List.copyOf(rows));
  }

  /** Of all gates. */
  public Energy gates() {
    return parts.stream().map(Row::gates).reduce(Energy.ZERO, Energy::plus);
  }

  /** {@link Row#work} of all parts whose operations the model counts. */
  public double work() {
    return parts.stream().filter(r -> r.model() > 0).mapToDouble(Row::work).sum();
  }

  /** Of all operations, by the model. */
  public double model() {
    return parts.stream().mapToDouble(Row::model).sum();
  }
}
