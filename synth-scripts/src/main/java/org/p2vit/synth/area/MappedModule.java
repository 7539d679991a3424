package org.p2vit.synth.area;

import org.p2vit.synth.circt.HwModule;

/**
 * A module after synthesis.
 *
 * @param logic its figures
 * @param netlist the module as LUTs and registers
 */
record MappedModule(ModuleLogic logic, HwModule netlist) {}
