package org.p2vit.synth.power;

import java.util.Map;
import java.util.TreeMap;

/**
 * Energy of a netlist over the time of a waveform: how often each pin changed, times what OpenSTA
 * says that a change takes.
 *
 * @param cycles of the clock
 * @param modules energy by the path of the module instance that has the cells; the top is ""
 * @param flipFlops cells with a clock pin
 * @param cells all
 * @param pins of cells that take energy when they change
 * @param annotated those of them that the waveform has
 */
public record GatePower(
    long cycles,
    Map<String, Energy> modules,
    long flipFlops,
    long cells,
    long pins,
    long annotated) {

  /** Adds cells up. */
  static final class Sum {
    private final Toggles toggles;
    private final long cycles;
    private final double seconds;
    private final Map<String, Energy> modules = new TreeMap<>();
    private long flipFlops;
    private long cells;
    private long pins;
    private long annotated;

    /**
     * @param periodNs of the clock
     */
    Sum(Toggles toggles, long cycles, double periodNs) {
      this.toggles = toggles;
      this.cycles = cycles;
      this.seconds = cycles * periodNs * 1e-9;
    }

    void add(CellEnergies cell) {
      double switching = 0;
      double internal = 0;
      double clock = 0;
      for (CellEnergies.Pin pin : cell.pins()) {
        pins++;
        long changes = toggles.of(cell.instance() + "." + pin.name());
        if (changes < 0) {
          continue;
        }
        annotated++;
        switching += changes * pin.load();
        double inside = changes * perChange(cell, pin);
        if (!pin.arcs().isEmpty() && pin.arcs().get(0).clock()) {
          clock += inside;
          flipFlops++;
        } else {
          internal += inside;
        }
      }
      cells++;
      Energy energy = new Energy(switching, internal, clock, cell.leakage() * seconds);
      int dot = cell.instance().lastIndexOf('.');
      String module = dot < 0 ? "" : cell.instance().substring(0, dot);
      modules.merge(module, energy, Energy::plus);
    }

    /** Of the arcs to an output, each counts as often as its input changed. */
    private double perChange(CellEnergies cell, CellEnergies.Pin pin) {
      double weighted = 0;
      double weights = 0;
      double plain = 0;
      for (CellEnergies.Arc arc : pin.arcs()) {
        long weight = Math.max(0, toggles.of(cell.instance() + "." + arc.from()));
        weighted += weight * arc.joules();
        weights += weight;
        plain += arc.joules();
      }
      if (weights > 0) {
        return weighted / weights;
      }
      return pin.arcs().isEmpty() ? 0 : plain / pin.arcs().size();
    }

    GatePower end() {
      return new GatePower(cycles, modules, flipFlops, cells, pins, annotated);
    }
  }

  /** Of all cells. */
  public Energy total() {
    return modules.values().stream().reduce(Energy.ZERO, Energy::plus);
  }

  /** Share of the pins that the waveform has, 0 to 1. */
  public double annotatedShare() {
    return pins == 0 ? 0 : (double) annotated / pins;
  }
}
