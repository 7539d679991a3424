package org.p2vit.verif.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.rtl.job.Wait;

/** The register interface, command by command: protocol, start, interrupt, reset, dead memory. */
class HostTest {
  private static final int BUSY = RegisterMap.STATUS_BUSY;
  private static final int DONE = RegisterMap.STATUS_DONE;
  private static final int ERROR = RegisterMap.STATUS_ERROR;
  private static final int MODEL_BYTES = 4096;
  private static final int BEATS = 100;

  @TempDir static Path directory;
  private static Path executable;

  private final byte[] model = new byte[MODEL_BYTES];
  private Host host;

  @BeforeAll
  static void build() {
    executable = Host.build(RtlEmitter.create().emit(Engine.ARCHITECTURE, directory));
  }

  @BeforeEach
  void start() {
    new Random(2).nextBytes(model);
    host = new Host(executable);
    host.memory("model", Engine.MODEL, model, false);
    host.memory("output", Engine.OUTPUT, new byte[Engine.OUTPUT_BYTES], true);
    host.memory("program", Engine.PROGRAM, copy(), false);
  }

  @AfterEach
  void end() {
    host.close();
  }

  private static byte[] copy() {
    Job load =
        new LoadJob(
            List.of(), LoadJob.Source.MODEL, 0, LoadJob.Destination.RESIDUAL, 0, BEATS, BEATS);
    int words = BEATS * Engine.BEAT / Engine.WORD;
    Job store = new StoreJob(List.of(Wait.until(Chunk.LOAD, 1)), 0, words, 0);
    return Engine.program(load, store, new EndJob(List.of(Wait.until(Chunk.STORE, 1))));
  }

  private void setUp(int watchdog) {
    address(RegisterMap.PROGRAM_LOW, RegisterMap.PROGRAM_HIGH, Engine.PROGRAM);
    address(RegisterMap.MODEL_LOW, RegisterMap.MODEL_HIGH, Engine.MODEL);
    address(RegisterMap.OUTPUT_LOW, RegisterMap.OUTPUT_HIGH, Engine.OUTPUT);
    host.write(RegisterMap.OUTPUT_BYTES, Engine.OUTPUT_BYTES);
    host.write(RegisterMap.WATCHDOG, watchdog);
  }

  private void address(RegisterMap low, RegisterMap high, long value) {
    host.write(low, (int) value);
    host.write(high, (int) (value >>> 32));
  }

  private void command(int value) {
    host.write(RegisterMap.CONTROL, value);
  }

  private int status() {
    return host.read(RegisterMap.STATUS);
  }

  private void assertCopied(String when) {
    byte[] output = host.peek(Engine.OUTPUT, BEATS * Engine.BEAT);
    assertArrayEquals(Arrays.copyOf(model, output.length), output, when);
    assertEquals(DONE, status(), when);
    assertEquals(2, host.read(RegisterMap.JOBS), when);
    host.poke(Engine.OUTPUT, new byte[output.length]);
  }

  @Test
  void registersAreZeroAfterResetAndTakeSingleBytes() {
    Random random = new Random();
    for (RegisterMap r : RegisterMap.values()) {
      if (r.access() != RegisterMap.Access.READ_WRITE) {
        continue;
      }
      assertEquals(0, host.read(r), r + " after reset");
      host.write(r, -1);
      int mask = host.read(r); // the bits that the register has
      assertTrue(mask != 0, r + " holds nothing");
      int value = random.nextInt();
      host.write(r, value);
      assertEquals(value & mask, host.read(r), r.name());
      int next = random.nextInt();
      int lane = random.nextInt(4);
      host.write(r.offset(), next, 1 << lane, 0, 0, 0);
      int bytes = 0xff << 8 * lane;
      assertEquals((value & ~bytes | next & bytes) & mask, host.read(r), r + ", byte " + lane);
    }
    assertEquals(-64, masked(RegisterMap.PROGRAM_LOW));
    assertEquals(-Engine.BEAT, masked(RegisterMap.OUTPUT_LOW));
    assertEquals(0xff, masked(RegisterMap.OUTPUT_HIGH)); // 40 address bits
    assertEquals(1, masked(RegisterMap.IRQ_ENABLE));
  }

  private int masked(RegisterMap register) {
    host.write(register, -1);
    return host.read(register);
  }

  @Test
  void otherAddressesAreReadOnlyOrEmpty() {
    host.write(RegisterMap.ID, 0);
    assertEquals(RegisterMap.ID_VALUE, host.read(RegisterMap.ID));
    assertEquals(0, host.read(RegisterMap.CONTROL));
    assertEquals(0, host.read(RegisterMap.IRQ_CLEAR));
    List<Integer> offsets = Arrays.stream(RegisterMap.values()).map(r -> r.offset()).toList();
    for (int offset = 0; offset < 1 << RegisterMap.ADDRESS_BITS; offset += 4) {
      if (!offsets.contains(offset)) {
        host.write(offset, -1, 0xf, 0, 0, 0);
        assertEquals(0, host.read(offset, 0, 0), "offset " + offset);
      }
    }
    assertEquals(0, status());
  }

  @Test
  void addressDataAndResponseMayComeInAnyOrder() {
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      int value = random.nextInt();
      int offset = RegisterMap.WATCHDOG.offset();
      host.write(offset, value, 0xf, random.nextInt(4), random.nextInt(4), random.nextInt(4));
      assertEquals(value, host.read(offset, random.nextInt(3), random.nextInt(4)));
    }
  }

  @Test
  void interruptsOnlyIfEnabledAndUntilCleared() {
    setUp(0);
    command(RegisterMap.CONTROL_START);
    assertEquals(BUSY, status());
    host.step(2000);
    assertFalse(host.irq(), "not enabled");
    assertCopied("first run");
    host.write(RegisterMap.IRQ_ENABLE, 1);
    assertTrue(host.irq(), "enabled after the run");
    host.write(RegisterMap.IRQ_CLEAR, 0);
    assertFalse(host.irq(), "cleared");
    assertEquals(DONE, status());
    command(RegisterMap.CONTROL_START);
    assertEquals(BUSY, status(), "DONE is cleared by a start");
    assertFalse(host.irq(), "running");
    host.step(2000);
    assertTrue(host.irq(), "done");
    assertCopied("second run");
    command(RegisterMap.CONTROL_START);
    host.step(1);
    assertFalse(host.irq(), "a start clears it as well");
  }

  @Test
  void ignoresAStartWhileBusy() {
    setUp(0);
    command(RegisterMap.CONTROL_START);
    host.step(40);
    int jobs = host.read(RegisterMap.JOBS);
    assertTrue(jobs > 0);
    command(RegisterMap.CONTROL_START);
    assertTrue(host.read(RegisterMap.JOBS) >= jobs, "the run was started again");
    host.step(2000);
    assertCopied("after two starts");
    int cycles = host.read(RegisterMap.CYCLES);
    host.step(100);
    assertEquals(cycles, host.read(RegisterMap.CYCLES), "the counter goes on");
  }

  @Test
  void softResetEndsARunAtAnyMoment() {
    setUp(0);
    host.write(RegisterMap.IRQ_ENABLE, 1);
    for (int after = 0; after < 400; after += 7) {
      command(RegisterMap.CONTROL_START);
      host.step(after);
      command(RegisterMap.CONTROL_RESET);
      host.step(100); // more than what is under way can take
      assertEquals(0, status() & ~DONE, "reset after " + after);
      int bursts = host.bursts();
      host.step(200);
      assertEquals(bursts, host.bursts(), "memory is still used after reset at " + after);
      host.poke(Engine.OUTPUT, new byte[BEATS * Engine.BEAT]);
      command(RegisterMap.CONTROL_START);
      host.step(2000);
      assertCopied("run after reset at " + after);
    }
  }

  @Test
  void softResetForgetsTheOutcome() {
    setUp(0);
    command(RegisterMap.CONTROL_START);
    host.step(2000);
    assertEquals(DONE, status());
    command(RegisterMap.CONTROL_RESET);
    assertEquals(0, status());
  }

  @Test
  void survivesMemoryThatDoesNotAnswer() {
    setUp(300);
    host.write(RegisterMap.IRQ_ENABLE, 1);
    for (int after = 1; after < 240; after += 23) {
      command(RegisterMap.CONTROL_START);
      host.step(after);
      host.freeze(true);
      host.step(250);
      assertFalse(host.irq(), "too early, frozen after " + after);
      host.step(400);
      assertTrue(host.irq(), "frozen after " + after);
      int status = status();
      assertEquals(RegisterMap.ErrorCode.WATCHDOG.ordinal(), status >> 8 & 0xff);
      assertEquals(BUSY | ERROR, status & (BUSY | ERROR | DONE), "frozen after " + after);
      host.write(RegisterMap.IRQ_CLEAR, 0);
      host.step(1000);
      assertFalse(host.irq(), "reported twice, frozen after " + after);
      command(RegisterMap.CONTROL_START); // ignored: busy
      host.freeze(false);
      host.step(200);
      assertEquals(ERROR, status() & (BUSY | ERROR | DONE), "thawed after " + after);
      host.poke(Engine.OUTPUT, new byte[BEATS * Engine.BEAT]);
      command(RegisterMap.CONTROL_START);
      host.step(2000);
      assertCopied("after a freeze at " + after);
      host.write(RegisterMap.IRQ_CLEAR, 0);
    }
  }
}
