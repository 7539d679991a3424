package org.p2vit.synth.power;

import java.util.List;

/**
 * What a cell of a netlist takes when its pins change, at the slews and loads that it has there.
 *
 * @param instance with its path
 * @param type in the library
 * @param pins that take energy of their own
 * @param leakage in watts
 */
record CellEnergies(String instance, String type, List<Pin> pins, double leakage) {

  /**
   * A pin.
   *
   * @param name of it
   * @param load joules that a change of the net takes, one half C V^2; 0 for inputs
   * @param arcs inside the cell; an output has one for each input that can change it
   */
  record Pin(String name, double load, List<Arc> arcs) {}

  /**
   * Inside a cell.
   *
   * @param from pin that causes it
   * @param joules a change, the mean of rise and fall
   * @param clock whether it is that of a clock pin
   */
  record Arc(String from, double joules, boolean clock) {}
}
