package org.p2vit.generator.cycles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ports against sets of cycles. */
class PortTest {
  private static final int CYCLES = 2000;
  private static final int MOST = 40;

  @Test
  void asksFindWhatOthersLeaveFree() {
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      PortUse[] uses = {new PortUse(), new PortUse()};
      BitSet used = new BitSet();
      for (PortUse use : uses) {
        fill(use, used, random);
      }
      Port port = Port.of(uses);
      String message = "seed " + seed;
      long cycle = 0;
      while (cycle < CYCLES) {
        int at = (int) cycle;
        switch (random.nextInt(4)) {
          case 0 -> {
            cycle = port.free(cycle);
            assertEquals(used.nextClearBit(at), cycle, message);
          }
          case 1 -> {
            int to = at + random.nextInt(MOST);
            assertEquals(used.get(at, to + 1).isEmpty(), port.free(cycle, to), message);
          }
          case 2 -> {
            int next = used.nextSetBit(at);
            assertEquals(next < 0 ? UnitTimes.UNKNOWN : next, port.usedFrom(cycle), message);
          }
          default -> {
            int stride = 1 + random.nextInt(4);
            int turns = 0;
            while (turns < MOST && !used.get(at + turns * stride)) {
              turns++;
            }
            assertEquals(turns, port.turns(cycle, stride, MOST), message);
          }
        }
        cycle += random.nextInt(12);
      }
    }
  }

  /** A reader that has come to the last run finds what is added behind it. */
  @Test
  void runsGrow() {
    PortUse use = new PortUse();
    Port port = Port.of(use);
    use.add(10, 2);
    assertEquals(12, port.free(11));
    use.add(12, 1);
    assertEquals(13, port.free(12));
    use.add(20, 3);
    use.add(30, 3);
    use.add(40, 10, 3, 5, 2);
    assertEquals(3, port.turns(19, 4, 9));
    assertEquals(43, port.free(41));
    assertEquals(82, port.free(80));
    assertEquals(UnitTimes.UNKNOWN, port.usedFrom(82));
  }

  /** What repeats behind a free cycle is used as often as said. */
  @Test
  void usesRepeat() {
    int repeating = 0;
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      PortUse use = new PortUse();
      BitSet used = new BitSet();
      fill(use, used, random);
      Port port = Port.of(use);
      long cycle = 0;
      while (used.nextSetBit((int) cycle) >= 0) {
        cycle = port.free(cycle);
        int run = used.nextSetBit((int) cycle);
        int period = run < 0 ? 1 : run - used.previousSetBit(run - 1) + random.nextInt(3);
        long times = port.repeats(cycle, period);
        for (int x = run - period; times > 0 && x < run; x++) {
          for (int i = 1; i <= times; i++) {
            assertEquals(used.get(x), used.get(x + i * period), "seed " + seed + ", cycle " + x);
          }
        }
        repeating += times > 1 ? 1 : 0;
        cycle += 1 + random.nextInt(12);
      }
    }
    assertTrue(repeating > 100, repeating + " repeat");
  }

  /** Runs and trains of runs, many of them repeating as the one before. */
  private static void fill(PortUse use, BitSet used, Random random) {
    int length = 1 + random.nextInt(3);
    int period = length + random.nextInt(8);
    int at = random.nextInt(20);
    while (at < CYCLES) {
      if (random.nextInt(3) == 0) {
        length = 1 + random.nextInt(3);
        period = length + random.nextInt(8);
      }
      int runs = 1 + random.nextInt(4);
      if (random.nextInt(4) == 0) {
        at = fillWithTrains(use, used, random, at, period, length, runs);
        continue;
      }
      int last = random.nextInt(length + 1);
      use.add(at, period, length, runs, last);
      for (int i = 0; i < runs; i++) {
        int start = at + i * period;
        used.set(start, start + (i == runs - 1 ? last : length));
      }
      at += (runs - 1) * period + Math.max(last, 1);
      at += random.nextBoolean() ? Math.max(0, period - last) : random.nextInt(30);
    }
  }

  /** Trains that repeat; returns a cycle behind them. */
  private static int fillWithTrains(
      PortUse use, BitSet used, Random random, int at, int period, int length, int runs) {
    int repetition = (runs - 1) * period + length + random.nextInt(6);
    int times = random.nextInt(5);
    use.addTrains(at, period, length, runs, repetition, times);
    for (int i = 0; i < runs * times; i++) {
      int start = at + i / runs * repetition + i % runs * period;
      used.set(start, start + length);
    }
    return at + times * repetition + random.nextInt(4);
  }
}
