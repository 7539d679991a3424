package org.p2vit.generator.sweep;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.p2vit.P2vit;
import org.p2vit.generator.compile.BufferUse;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.cycles.CycleReport;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.generator.energy.EnergyEstimate;
import org.p2vit.model.QuantizedModel;

/**
 * What a report shows of one point, from its whole program.
 *
 * @param id of the point
 * @param losses cycles in which the array did nothing useful, by cause
 * @param buffers the on-chip memories
 * @param picojoules an image, by who uses them
 * @param macsPerByte of the model over the bytes that cross the memory port for an image
 */
record PointDetails(
    String id,
    Map<String, Double> losses,
    List<BufferUse> buffers,
    Map<String, Double> picojoules,
    double macsPerByte) {

  static PointDetails of(PredictedPoint predicted, QuantizedModel model, EnergyCosts costs) {
    SweepPoint point = predicted.point();
    Schedule schedule = ModelCompiler.schedule(model, point.architecture(), 1);
    CycleReport report =
        CycleReport.of(model, schedule, P2vit.cycles(schedule, new MemoryTiming(point.latency())));
    Map<String, Double> losses = new TreeMap<>();
    report.losses().forEach((cause, cycles) -> losses.put(cause.name(), cycles));
    EnergyEstimate energy = EnergyEstimate.of(schedule, costs);
    return new PointDetails(
        predicted.id(),
        losses,
        schedule.buffers(),
        energy.picojoules(),
        model.multiplierMacs() / energy.dramBytes());
  }
}
