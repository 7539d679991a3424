package org.p2vit.synth.flow;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a module takes by itself, without those below it.
 *
 * @param module name
 * @param instances in the design
 * @param resources of one instance, by the names of the tools
 */
public record ModuleUse(String module, long instances, Map<String, Long> resources) {
  public ModuleUse {
    resources = new LinkedHashMap<>(resources);
  }
}
