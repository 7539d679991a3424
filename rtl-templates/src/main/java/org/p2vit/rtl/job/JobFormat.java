package org.p2vit.rtl.job;

import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.p2vit.model.InputException;

/**
 * The binary form of jobs and parameter entries, derived from the records: a component with {@link
 * Bits} takes that many bits, a component that is itself such a record takes the bits of its
 * components, in order, from bit 0 upwards.
 *
 * <p>A job is {@value #BYTES} bytes, little endian: {@link Header}, then the job record's own
 * fields, then zeros; the last 32-bit word is the exclusive or of all the others, so that a
 * corrupted job is not executed.
 */
public final class JobFormat {
  private JobFormat() {}

  public static final int BYTES = 64;
  public static final int MAGIC = 0xA5;

  private static final List<Class<? extends Job>> OPCODES =
      List.of(
          LoadJob.class,
          MatMulJob.class,
          SoftmaxJob.class,
          ShifterJob.class,
          LayerNormJob.class,
          StoreJob.class,
          EndJob.class);

  /**
   * Where a field lies.
   *
   * @param name component name; nested records give {@code outer.inner}
   * @param offset lowest bit
   * @param width bits
   * @param signed two's complement
   */
  public record Field(String name, int offset, int width, boolean signed) {}

  /** All job types, in the order of their numbers. */
  public static List<Class<? extends Job>> types() {
    return OPCODES;
  }

  /** The number that stands for a job type; jobs of a chunk have the chunk's ordinal. */
  public static int opcode(Class<? extends Job> type) {
    return OPCODES.indexOf(type);
  }

  /**
   * The job type that a number stands for.
   *
   * @throws InputException if there is none
   */
  public static Class<? extends Job> type(int opcode) {
    if (opcode < 0 || opcode >= OPCODES.size()) {
      throw new InputException("opcode " + opcode + "; accepted: 0 to " + (OPCODES.size() - 1));
    }
    return OPCODES.get(opcode);
  }

  /** Fields of the header. */
  public static List<Field> header() {
    return fields(Header.class, 0);
  }

  /** Fields of a job's own part, offsets counted from the start of the job. */
  public static List<Field> body(Class<? extends Job> type) {
    return fields(type.asSubclass(Record.class), width(Header.class));
  }

  /**
   * Fields of any record whose components carry {@link Bits}, from bit {@code offset}. Components
   * without are left out.
   */
  public static List<Field> fields(Class<? extends Record> type, int offset) {
    List<Field> result = new ArrayList<>();
    int at = offset;
    for (RecordComponent c : type.getRecordComponents()) {
      Bits bits = c.getAnnotation(Bits.class);
      if (bits != null) {
        result.add(new Field(c.getName(), at, bits.value(), bits.signed()));
        at += bits.value();
      } else if (c.getType().isRecord()) {
        for (Field f : fields(c.getType().asSubclass(Record.class), at)) {
          result.add(new Field(c.getName() + "." + f.name(), f.offset(), f.width(), f.signed()));
          at += f.width();
        }
      }
    }
    return result;
  }

  /** Bits that a record takes. */
  public static int width(Class<? extends Record> type) {
    return fields(type, 0).stream().mapToInt(Field::width).sum();
  }

  /**
   * The {@value #BYTES} bytes of a job.
   *
   * @throws IllegalArgumentException if a field's value does not fit its width
   */
  public static byte[] encode(Job job) {
    BigInteger bits = encode(Header.of(opcode(job.getClass()), job.waits()));
    bits = bits.or(encode((Record) job).shiftLeft(width(Header.class)));
    if (bits.bitLength() > (BYTES - 4) * 8) {
      throw new IllegalStateException(job.getClass().getSimpleName() + " is too wide");
    }
    byte[] bytes = littleEndian(bits, BYTES);
    for (int i = 0; i < BYTES - 4; i++) {
      bytes[BYTES - 4 + i % 4] ^= bytes[i];
    }
    return bytes;
  }

  /** The bits of a record whose components carry {@link Bits}. */
  public static BigInteger encode(Record value) {
    BigInteger bits = BigInteger.ZERO;
    int at = 0;
    for (RecordComponent c : value.getClass().getRecordComponents()) {
      Bits width = c.getAnnotation(Bits.class);
      if (width != null) {
        bits = bits.or(encode(c, value, width).shiftLeft(at));
        at += width.value();
      } else if (c.getType().isRecord()) {
        bits = bits.or(encode((Record) get(c, value)).shiftLeft(at));
        at += width(c.getType().asSubclass(Record.class));
      }
    }
    return bits;
  }

  /** Little-endian bytes of a non-negative number. */
  public static byte[] littleEndian(BigInteger bits, int length) {
    byte[] big = bits.toByteArray();
    byte[] bytes = new byte[length];
    for (int i = 0; i < Math.min(length, big.length); i++) {
      bytes[i] = big[big.length - 1 - i];
    }
    return bytes;
  }

  private static BigInteger encode(RecordComponent c, Record owner, Bits width) {
    Object v = get(c, owner);
    BigInteger n;
    if (v instanceof Boolean b) {
      n = b ? BigInteger.ONE : BigInteger.ZERO;
    } else if (v instanceof Enum<?> e) {
      n = BigInteger.valueOf(e.ordinal());
    } else {
      n = BigInteger.valueOf(((Number) v).longValue());
    }
    int w = width.value();
    boolean fits = width.signed() ? n.bitLength() < w : n.signum() >= 0 && n.bitLength() <= w;
    // A 32-bit unsigned field held in an int: its bits are what counts.
    if (!fits && w == 32 && !width.signed() && v instanceof Integer) {
      fits = true;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          owner.getClass().getSimpleName()
              + "."
              + c.getName()
              + " = "
              + n
              + " does not fit "
              + w
              + (width.signed() ? " signed" : "")
              + " bits");
    }
    return n.and(BigInteger.ONE.shiftLeft(w).subtract(BigInteger.ONE));
  }

  private static Object get(RecordComponent c, Record owner) {
    try {
      return c.getAccessor().invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
