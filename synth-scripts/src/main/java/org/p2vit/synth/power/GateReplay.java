package org.p2vit.synth.power;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2vit.model.InputException;

/**
 * Has the gates of a netlist do what the RTL does: each cycle they are given the inputs that the
 * RTL has, and what its memories answer; what they put out and give to the memories must be the
 * same wherever it counts.
 */
final class GateReplay implements VcdSamples.Listener {
  private static final String CLOCK = "clock";

  private final Netlist netlist;
  private final String scope;
  private final List<Netlist.Instance> cells = new ArrayList<>();
  private final Map<String, String> clockPins = new HashMap<>();
  private final List<Connection> given = new ArrayList<>();
  private final List<Connection> taken = new ArrayList<>();
  private final GateEngine engine;
  private boolean low;
  private long cycles;
  private long compared;
  private long different;
  private String firstDifference = "";

  /**
   * Nets and the signal of the RTL beside them.
   *
   * @param signal with its scope
   * @param enable signal without which it is meaningless; null if it never is
   * @param mask signal with a bit for each part of the signal that has a meaning; null if all has
   */
  private record Connection(String signal, int[] nets, String enable, String mask) {}

  private GateReplay(Netlist netlist, CellLibrary library, String scope) {
    this.netlist = netlist;
    this.scope = scope;
    for (Netlist.Port port : netlist.ports()) {
      if (!port.name().equals(CLOCK)) {
        (port.input() ? given : taken)
            .add(connection("", port.name(), port.nets(), PortMeaning.enable(port.name())));
      }
    }
    int clock = clock();
    List<GateEngine.Gate> gates = new ArrayList<>();
    List<GateEngine.FlipFlop> flipFlops = new ArrayList<>();
    for (Netlist.Instance instance : netlist.cells()) {
      if (!library.has(instance.type())) {
        macro(instance);
        continue;
      }
      cells.add(instance);
      CellLibrary.Cell cell = library.cell(instance.type());
      if (cell instanceof CellLibrary.FlipFlop f) {
        if (net(instance, f.clock()) != clock) {
          throw new InputException(
              "flip-flop " + instance.name() + " is not clocked by the port " + CLOCK);
        }
        clockPins.put(instance.type(), f.clock());
        if (net(instance, f.output()) >= 0) {
          flipFlops.add(
              new GateEngine.FlipFlop(net(instance, f.data()), net(instance, f.output())));
        }
      } else if (cell instanceof CellLibrary.Gate g) {
        int[] inputs = g.inputs().stream().mapToInt(pin -> net(instance, pin)).toArray();
        g.outputs()
            .forEach(
                (pin, table) -> {
                  if (net(instance, pin) >= 0) {
                    gates.add(new GateEngine.Gate(table, net(instance, pin), inputs));
                  }
                });
      }
    }
    engine = new GateEngine(gates, flipFlops, netlist.nets());
  }

  /**
   * @param vcd of the RTL
   * @param name of it, for messages
   * @param scope of the RTL's top module in it
   * @throws InputException if the waveform lacks signals, or the netlist has cells that cannot be
   *     evaluated
   */
  static GateActivity run(
      Netlist netlist, CellLibrary library, InputStream vcd, String name, String scope) {
    GateReplay replay = new GateReplay(netlist, library, scope);
    VcdSamples.read(vcd, name, replay.signals(), replay);
    return replay.end();
  }

  private int clock() {
    for (Netlist.Port port : netlist.ports()) {
      if (port.name().equals(CLOCK)) {
        return port.nets()[0];
      }
    }
    throw new InputException("the netlist has no port " + CLOCK);
  }

  /** Net of a pin of one bit, or -1 if nothing is connected. */
  private static int net(Netlist.Instance instance, String pin) {
    int[] nets = instance.pins().get(pin);
    return nets == null || nets.length == 0 ? -1 : nets[0];
  }

  /** A memory: what it reads is given, all else is taken. */
  private void macro(Netlist.Instance instance) {
    instance
        .pins()
        .forEach(
            (pin, nets) -> {
              String path = instance.name() + ".";
              switch (pin) {
                case "R0_data" -> given.add(connection(path, pin, nets, null));
                case "R0_clk", "W0_clk" -> {}
                case "R0_en", "W0_en" -> taken.add(connection(path, pin, nets, null));
                case "R0_addr" -> taken.add(connection(path, pin, nets, "R0_en"));
                case "W0_addr", "W0_mask" -> taken.add(connection(path, pin, nets, "W0_en"));
                case "W0_data" ->
                    taken.add(
                        new Connection(
                            signal(path, pin),
                            nets,
                            signal(path, "W0_en"),
                            instance.pins().containsKey("W0_mask")
                                ? signal(path, "W0_mask")
                                : null));
                default ->
                    throw new InputException(
                        "macro "
                            + instance.name()
                            + " of type "
                            + instance.type()
                            + " has a pin "
                            + pin);
              }
            });
  }

  private Connection connection(String path, String signal, int[] nets, String enable) {
    return new Connection(
        signal(path, signal), nets, enable == null ? null : signal(path, enable), null);
  }

  private String signal(String path, String name) {
    return scope + "." + path + name;
  }

  private Set<String> signals() {
    Set<String> all = new LinkedHashSet<>();
    all.add(scope + "." + CLOCK);
    for (List<Connection> connections : List.of(given, taken)) {
      for (Connection c : connections) {
        all.add(c.signal());
        if (c.enable() != null) {
          all.add(c.enable());
        }
        if (c.mask() != null) {
          all.add(c.mask());
        }
      }
    }
    return all;
  }

  @Override
  public void at(VcdSamples samples) {
    if (samples.of(scope + "." + CLOCK)[0] == 0) {
      for (Connection c : given) {
        byte[] bits = samples.of(c.signal());
        for (int i = 0; i < c.nets().length; i++) {
          if (c.nets()[i] > Netlist.ONE) {
            engine.set(c.nets()[i], bits[i]);
          }
        }
      }
      engine.settle();
      taken.forEach(c -> compare(c, samples));
      low = true;
    } else if (low) {
      engine.clock();
      cycles++;
      low = false;
    }
  }

  private void compare(Connection c, VcdSamples samples) {
    if (c.enable() != null && samples.of(c.enable())[0] == 0) {
      return;
    }
    byte[] bits = samples.of(c.signal());
    byte[] mask = c.mask() == null ? null : samples.of(c.mask());
    for (int i = 0; i < bits.length; i++) {
      if (mask != null && mask[i * mask.length / bits.length] == 0) {
        continue;
      }
      compared++;
      if (engine.value(c.nets()[i]) != bits[i]) {
        if (different++ == 0) {
          firstDifference =
              c.signal() + " bit " + i + " in cycle " + cycles + " is " + bits[i] + " in the RTL";
        }
      }
    }
  }

  private GateActivity end() {
    Map<String, Long> all = new HashMap<>();
    all.put(CLOCK, 2 * cycles);
    for (Netlist.Instance cell : cells) {
      String clock = clockPins.get(cell.type());
      cell.pins()
          .forEach(
              (pin, nets) -> {
                if (nets.length == 1) {
                  all.put(
                      cell.name() + "." + pin,
                      pin.equals(clock) ? 2 * cycles : engine.changes(nets[0]));
                }
              });
    }
    return new GateActivity(new Toggles(all), compared, different, firstDifference);
  }
}
