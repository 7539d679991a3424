package org.p2vit.synth.power;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.p2vit.model.InputException;

/**
 * Evaluates gates and flip-flops, all of one clock, a cycle at a time, and counts how often each
 * net changes. Delays are zero: a net changes at most once a cycle.
 */
final class GateEngine {
  private final byte[] values;
  private final long[] changes;
  private final int[] outputs;
  private final long[] tables;
  private final int[][] inputs;
  private final int[][] readers;
  private final boolean[] due;
  private final int[] data;
  private final int[] states;
  private final byte[] next;
  private boolean settled;

  /**
   * A gate.
   *
   * @param table as in {@link CellLibrary.Gate}
   * @param output net
   * @param inputs nets
   */
  record Gate(long table, int output, int[] inputs) {}

  /**
   * A flip-flop.
   *
   * @param data net
   * @param output net
   */
  record FlipFlop(int data, int output) {}

  /**
   * @param nets how many there are
   * @throws InputException if gates form a loop
   */
  GateEngine(List<Gate> gates, List<FlipFlop> flipFlops, int nets) {
    values = new byte[nets];
    values[Netlist.ONE] = 1;
    changes = new long[nets];
    List<Gate> ordered = ordered(gates, nets);
    int n = ordered.size();
    outputs = ordered.stream().mapToInt(Gate::output).toArray();
    tables = ordered.stream().mapToLong(Gate::table).toArray();
    inputs = ordered.stream().map(Gate::inputs).toArray(int[][]::new);
    readers = readers(ordered, nets);
    due = new boolean[n];
    Arrays.fill(due, true);
    data = flipFlops.stream().mapToInt(FlipFlop::data).toArray();
    states = flipFlops.stream().mapToInt(FlipFlop::output).toArray();
    next = new byte[data.length];
  }

  /** Gates, each after those that drive its inputs. */
  private static List<Gate> ordered(List<Gate> gates, int nets) {
    int[][] readers = readers(gates, nets);
    boolean[] driven = new boolean[nets];
    gates.forEach(g -> driven[g.output()] = true);
    int[] missing = new int[gates.size()];
    Deque<Integer> ready = new ArrayDeque<>();
    for (int i = 0; i < missing.length; i++) {
      missing[i] = (int) Arrays.stream(gates.get(i).inputs()).filter(n -> driven[n]).count();
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
    List<Gate> ordered = new ArrayList<>(gates.size());
    while (!ready.isEmpty()) {
      Gate gate = gates.get(ready.remove());
      ordered.add(gate);
      for (int reader : readers[gate.output()]) {
        if (--missing[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    if (ordered.size() < gates.size()) {
      throw new InputException(
          (gates.size() - ordered.size()) + " gates of the netlist are in or behind a loop");
    }
    return ordered;
  }

  /** Gates that read each net, as often as they do. */
  private static int[][] readers(List<Gate> gates, int nets) {
    int[] count = new int[nets];
    gates.forEach(g -> Arrays.stream(g.inputs()).forEach(n -> count[n]++));
    int[][] readers = new int[nets][];
    for (int i = 0; i < nets; i++) {
      readers[i] = new int[count[i]];
    }
    for (int i = 0; i < gates.size(); i++) {
      for (int net : gates.get(i).inputs()) {
        readers[net][--count[net]] = i;
      }
    }
    return readers;
  }

  /** Gives a net that no gate drives a value. */
  void set(int net, int value) {
    change(net, (byte) value);
  }

  int value(int net) {
    return values[net];
  }

  /** Changes since the gates settled first. */
  long changes(int net) {
    return changes[net];
  }

  /** Lets all gates follow what was set. */
  void settle() {
    for (int g = 0; g < due.length; g++) {
      if (due[g]) {
        due[g] = false;
        int index = 0;
        int[] in = inputs[g];
        for (int i = 0; i < in.length; i++) {
          index |= values[in[i]] << i;
        }
        change(outputs[g], (byte) (tables[g] >> index & 1));
      }
    }
    settled = true;
  }

  /** A rising edge: all flip-flops take their data. */
  void clock() {
    for (int i = 0; i < data.length; i++) {
      next[i] = values[data[i]];
    }
    for (int i = 0; i < data.length; i++) {
      change(states[i], next[i]);
    }
  }

  private void change(int net, byte value) {
    if (values[net] != value) {
      values[net] = value;
      if (settled) {
        changes[net]++;
      }
      for (int reader : readers[net]) {
        due[reader] = true;
      }
    }
  }
}
