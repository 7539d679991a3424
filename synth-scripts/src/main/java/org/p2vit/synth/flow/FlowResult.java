package org.p2vit.synth.flow;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a synthesis flow reports.
 *
 * @param flow its name
 * @param top module
 * @param resources used, by the names of the tools
 * @param fmaxMhz highest clock frequency; null where the flow does not tell
 * @param areaUm2 of standard cells; null for FPGAs
 * @param powerMw at the flow's period and activity; null where the flow does not tell
 * @param modules what each takes by itself, in the order of their names, if the flow was told to
 *     keep the hierarchy
 * @param directory with the scripts, reports, netlists and the log
 */
public record FlowResult(
    String flow,
    String top,
    Map<String, Long> resources,
    Double fmaxMhz,
    Double areaUm2,
    Double powerMw,
    List<ModuleUse> modules,
    Path directory) {
  public FlowResult {
    resources = new LinkedHashMap<>(resources);
    modules = List.copyOf(modules);
  }
}
