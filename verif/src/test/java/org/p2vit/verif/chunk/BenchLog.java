package org.p2vit.verif.chunk;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the log of the C++ bench. */
final class BenchLog {
  private final ByteBuffer in;
  private final Map<String, Integer> portBits;

  private BenchLog(byte[] bytes, Map<String, Integer> portBits) {
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.portBits = portBits;
  }

  static List<BenchEvent> parse(byte[] bytes, Map<String, Integer> portBits) {
    return new BenchLog(bytes, portBits).events();
  }

  private List<BenchEvent> events() {
    List<BenchEvent> events = new ArrayList<>();
    while (in.hasRemaining()) {
      char kind = (char) in.get();
      int cycle = in.getInt();
      events.add(
          switch (kind) {
            case 'R' -> new BenchEvent.Read(cycle, name(), in.getInt());
            case 'W' -> write(cycle);
            case 'P' -> new BenchEvent.Progress(cycle, in.getInt(), in.getInt());
            case 'T' -> new BenchEvent.Tap(cycle, port("tap_bits"));
            case 'J' -> new BenchEvent.JobTaken(cycle, in.getInt());
            case 'D' -> new BenchEvent.Done(cycle);
            case 'A' -> new BenchEvent.Burst(cycle, in.getLong(), in.getInt());
            case 'B' -> new BenchEvent.Beat(cycle, in.getInt() != 0, port("memory_beat_bits_data"));
            case 'V' -> new BenchEvent.Response(cycle);
            case 'H', 'E' ->
                new BenchEvent.End(cycle, kind == 'H', in.getInt(), in.getInt(), in.getInt());
            default -> throw new IllegalStateException("event " + kind + " in the bench's log");
          });
    }
    return events;
  }

  private BenchEvent write(int cycle) {
    String name = name();
    int address = in.getInt();
    return new BenchEvent.Write(
        cycle, name, address, port(name + "_bits_mask"), port(name + "_bits_data"));
  }

  private String name() {
    byte[] text = new byte[in.get()];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private BigInteger port(String name) {
    byte[] little = new byte[(portBits.get(name) + 7) / 8];
    in.get(little);
    for (int i = 0; i < little.length / 2; i++) {
      byte b = little[i];
      little[i] = little[little.length - 1 - i];
      little[little.length - 1 - i] = b;
    }
    return new BigInteger(1, little);
  }
}
