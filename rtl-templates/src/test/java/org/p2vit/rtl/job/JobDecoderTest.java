package org.p2vit.rtl.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Chunk;

class JobDecoderTest {
  private static final long SEED = 1;

  @Test
  void everyRandomJobComesBackAsItWas() throws ReflectiveOperationException {
    Random random = new Random(SEED);
    for (int opcode = 0; opcode < 7; opcode++) {
      for (int i = 0; i < 200; i++) {
        Job job = random(JobFormat.type(opcode), random);
        assertEquals(job, JobDecoder.decode(JobFormat.encode(job)), "seed " + SEED);
      }
    }
  }

  @Test
  void anyFlippedBitIsFound() {
    byte[] job = encoded(new StoreJob(List.of(Wait.until(Chunk.MATMUL, 3)), 1, 2, 64));
    for (int bit = 0; bit < 8 * JobFormat.BYTES; bit++) {
      byte[] bad = job.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(InputException.class, () -> JobDecoder.decode(bad), "bit " + bit);
    }
  }

  @Test
  void saysWhatIsWrong() {
    byte[] job = encoded(new EndJob(List.of()));
    assertMessage(sealed(job, 0, 0x5A), "magic is 90, not 165");
    assertMessage(sealed(job, 1, 0x0F), "opcode 15; accepted: 0 to 6");
    assertMessage(sealed(job, 40, 1), "bits beyond the fields of EndJob are set");
    assertMessage(sealed(job, 1, 0xF6), "Wait.chunk is 7; accepted: 0 to 5");
    assertMessage(new byte[63], "a job has 64 bytes, not 63");
    byte[] program = new byte[2 * JobFormat.BYTES];
    System.arraycopy(job, 0, program, 0, JobFormat.BYTES);
    InputException e = assertThrows(InputException.class, () -> JobDecoder.program(program));
    assertTrue(e.getMessage().startsWith("job 1: magic is 0"), e.getMessage());
  }

  private static byte[] encoded(Job job) {
    return JobFormat.encode(job);
  }

  private static void assertMessage(byte[] job, String part) {
    InputException e = assertThrows(InputException.class, () -> JobDecoder.decode(job));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  /** The job with one byte replaced and a right checksum. */
  private static byte[] sealed(byte[] job, int at, int value) {
    byte[] changed = job.clone();
    changed[JobFormat.BYTES - 4 + at % 4] ^= (byte) (changed[at] ^ value);
    changed[at] = (byte) value;
    return changed;
  }

  private static Job random(Class<? extends Job> type, Random random)
      throws ReflectiveOperationException {
    List<Wait> waits = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      Wait w = record(Wait.class, random);
      waits.add(new Wait(true, w.chunk(), w.base(), w.perRow(), w.perTile()));
    }
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = components[i].getType() == List.class ? waits : value(components[i], random);
    }
    return type.getDeclaredConstructor(types).newInstance(values);
  }

  private static <T extends Record> T record(Class<T> type, Random random)
      throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(components[i], random);
    }
    return type.getDeclaredConstructor(types).newInstance(values);
  }

  private static Object value(RecordComponent c, Random random) {
    Bits bits = c.getAnnotation(Bits.class);
    if (c.getType() == boolean.class) {
      return random.nextBoolean();
    } else if (c.getType().isEnum()) {
      Object[] constants = c.getType().getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    BigInteger n = new BigInteger(bits.value(), random);
    if (bits.signed()) {
      n = n.subtract(BigInteger.ONE.shiftLeft(bits.value() - 1));
    }
    if (c.getType() == long.class) {
      return n.longValue();
    }
    return n.intValue();
  }
}
