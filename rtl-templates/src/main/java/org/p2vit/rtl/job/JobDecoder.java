package org.p2vit.rtl.job;

import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.p2vit.model.InputException;

/** Reads what {@link JobFormat} writes. */
public final class JobDecoder {
  private JobDecoder() {}

  /**
   * The jobs of a program, up to the end of {@code bytes}.
   *
   * @throws InputException if one is malformed; the message names it
   */
  public static List<Job> program(byte[] bytes) {
    if (bytes.length % JobFormat.BYTES != 0) {
      throw new InputException(
          "a program of " + bytes.length + " bytes is not whole jobs of " + JobFormat.BYTES);
    }
    List<Job> jobs = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += JobFormat.BYTES) {
      byte[] job = new byte[JobFormat.BYTES];
      System.arraycopy(bytes, at, job, 0, job.length);
      try {
        jobs.add(decode(job));
      } catch (InputException e) {
        throw new InputException("job " + jobs.size() + ": " + e.getMessage(), e);
      }
    }
    return jobs;
  }

  /**
   * One job of {@link JobFormat#BYTES} bytes. Its waits are those that are enabled.
   *
   * @throws InputException if the checksum, the magic number, the opcode, an enumeration or a bit
   *     that must be zero is wrong
   */
  public static Job decode(byte[] bytes) {
    if (bytes.length != JobFormat.BYTES) {
      throw new InputException("a job has " + JobFormat.BYTES + " bytes, not " + bytes.length);
    }
    byte[] check = new byte[4];
    for (int i = 0; i < bytes.length; i++) {
      check[i % 4] ^= bytes[i];
    }
    for (byte c : check) {
      if (c != 0) {
        throw new InputException("the checksum is wrong");
      }
    }
    BigInteger bits = number(bytes, JobFormat.BYTES - 4);
    Header header = decode(Header.class, bits, List.of());
    if (header.magic() != JobFormat.MAGIC) {
      throw new InputException("magic is " + header.magic() + ", not " + JobFormat.MAGIC);
    }
    Class<? extends Job> type = JobFormat.type(header.opcode());
    List<Wait> waits = new ArrayList<>();
    for (Wait w : List.of(header.wait0(), header.wait1(), header.wait2())) {
      if (w.enabled()) {
        waits.add(w);
      }
    }
    Class<? extends Record> record = type.asSubclass(Record.class);
    int headerWidth = JobFormat.width(Header.class);
    if (bits.bitLength() > headerWidth + JobFormat.width(record)) {
      throw new InputException("bits beyond the fields of " + type.getSimpleName() + " are set");
    }
    return type.cast(decode(record, bits.shiftRight(headerWidth), List.copyOf(waits)));
  }

  /** A record of {@link Bits} components, from bit 0 of {@code bits}. */
  public static <T extends Record> T decode(Class<T> type, BigInteger bits) {
    return decode(type, bits, List.of());
  }

  private static <T extends Record> T decode(Class<T> type, BigInteger bits, List<Wait> waits) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    int at = 0;
    for (int i = 0; i < components.length; i++) {
      RecordComponent c = components[i];
      types[i] = c.getType();
      Bits width = c.getAnnotation(Bits.class);
      if (width != null) {
        values[i] = value(type, c, width, bits.shiftRight(at));
        at += width.value();
      } else if (c.getType().isRecord()) {
        Class<? extends Record> inner = c.getType().asSubclass(Record.class);
        values[i] = decode(inner, bits.shiftRight(at), waits);
        at += JobFormat.width(inner);
      } else {
        values[i] = waits;
      }
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object value(
      Class<? extends Record> owner, RecordComponent c, Bits width, BigInteger bits) {
    BigInteger one = BigInteger.ONE;
    BigInteger n = bits.and(one.shiftLeft(width.value()).subtract(one));
    if (width.signed() && n.testBit(width.value() - 1)) {
      n = n.subtract(one.shiftLeft(width.value()));
    }
    Class<?> type = c.getType();
    if (type == boolean.class) {
      return n.signum() != 0;
    } else if (type == int.class) {
      return n.intValue();
    } else if (type == long.class) {
      return n.longValue();
    } else if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      if (n.intValue() >= constants.length) {
        throw new InputException(
            owner.getSimpleName()
                + "."
                + c.getName()
                + " is "
                + n
                + "; accepted: 0 to "
                + (constants.length - 1));
      }
      return constants[n.intValue()];
    }
    throw new IllegalStateException(owner + "." + c.getName() + " has type " + type);
  }

  private static BigInteger number(byte[] littleEndian, int length) {
    byte[] big = new byte[length];
    for (int i = 0; i < length; i++) {
      big[length - 1 - i] = littleEndian[i];
    }
    return new BigInteger(1, big);
  }
}
