package org.p2vit.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;

/**
 * The safetensors file format, as far as integers need it: eight bytes with the length of a JSON
 * header, little-endian; the header, {@code {"name": {"dtype", "shape", "data_offsets"}}}; the
 * tensors' bytes without gap or overlap.
 */
public final class Safetensors {
  private static final int PREFIX = 8;
  private static final long MAX_HEADER = 100_000_000;
  private static final String METADATA = "__metadata__";

  /** Element types, little-endian. p2vit writes I8, I16 and I32. */
  public enum DType {
    I8(1),
    U8(1),
    I16(2),
    I32(4),
    I64(8);

    private final int bytes;

    DType(int bytes) {
      this.bytes = bytes;
    }
  }

  /**
   * @param shape outermost dimension first
   * @param data row-major
   */
  public record Tensor(DType type, int[] shape, ByteBuffer data) {
    public static Tensor of(byte[] values, int... shape) {
      return new Tensor(DType.I8, shape, ByteBuffer.wrap(values));
    }

    public static Tensor of(short[] values, int... shape) {
      ByteBuffer data = ByteBuffer.allocate(values.length * 2).order(ByteOrder.LITTLE_ENDIAN);
      data.asShortBuffer().put(values);
      return new Tensor(DType.I16, shape, data);
    }

    public static Tensor of(int[] values, int... shape) {
      ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
      data.asIntBuffer().put(values);
      return new Tensor(DType.I32, shape, data);
    }

    public byte[] bytes() {
      byte[] values = new byte[data.remaining()];
      data.duplicate().get(values);
      return values;
    }

    public short[] shorts() {
      short[] values = new short[data.remaining() / 2];
      data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(values);
      return values;
    }

    public int[] ints() {
      int[] values = new int[data.remaining() / 4];
      data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
      return values;
    }

    /** The values, whatever their type. */
    public long[] longs() {
      ByteBuffer from = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      long[] values = new long[data.remaining() / type.bytes];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (type) {
              case I8 -> from.get();
              case U8 -> from.get() & 0xff;
              case I16 -> from.getShort();
              case I32 -> from.getInt();
              case I64 -> from.getLong();
            };
      }
      return values;
    }
  }

  private record Entry(String name, DType type, int[] shape, long begin, long end) {}

  private Safetensors() {}

  /** The bytes of a file; wide types first, so that every tensor is aligned, then by name. */
  public static byte[] format(Map<String, Tensor> tensors) {
    List<String> names = new ArrayList<>(tensors.keySet());
    names.sort(
        Comparator.comparing((String n) -> -tensors.get(n).type.bytes)
            .thenComparing(Comparator.naturalOrder()));
    ObjectNode header = Json.MAPPER.createObjectNode();
    int size = 0;
    for (String name : names) {
      Tensor tensor = tensors.get(name);
      int end = Math.addExact(size, tensor.data.remaining());
      ObjectNode entry = header.putObject(name).put("dtype", tensor.type.name());
      for (int d : tensor.shape) {
        entry.withArray("shape").add(d);
      }
      entry.putArray("data_offsets").add(size).add(end);
      size = end;
    }
    String text = header.toString();
    byte[] head = text.getBytes(StandardCharsets.UTF_8);
    int padded = (head.length + PREFIX - 1) / PREFIX * PREFIX;
    ByteBuffer file = ByteBuffer.allocate(Math.addExact(PREFIX + padded, size));
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(head);
    while (file.position() < PREFIX + padded) {
      file.put((byte) ' ');
    }
    names.forEach(name -> file.put(tensors.get(name).data.duplicate()));
    return file.array();
  }

  /** {@link #parse} of a file. */
  public static Map<String, Tensor> read(Path file) {
    return parse(file.toString(), ModelFiles.bytes(file));
  }

  /**
   * @param file for messages
   * @return the tensors, in the order of their bytes
   * @throws InputException if this is not a whole and sound safetensors file
   */
  public static Map<String, Tensor> parse(String file, byte[] bytes) {
    if (bytes.length < PREFIX) {
      String found = bytes.length + " bytes; the header's length alone takes 8";
      throw broken(file, "truncated: the file has " + found);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long headerLength = buffer.getLong();
    if (headerLength < 2 || headerLength > MAX_HEADER) {
      String accepted = "accepted: 2 to " + MAX_HEADER;
      throw broken(
          file, "not a safetensors file: its header's length is " + headerLength + ", " + accepted);
    }
    if (headerLength > bytes.length - PREFIX) {
      String found = "its header should have " + headerLength + " bytes, but the file only has ";
      throw broken(file, "truncated: " + found + (bytes.length - PREFIX) + " more");
    }
    int dataStart = PREFIX + (int) headerLength;
    String text = new String(bytes, PREFIX, (int) headerLength, StandardCharsets.UTF_8);
    List<Entry> entries = new ArrayList<>();
    try {
      JsonNode header = Json.MAPPER.readTree(text);
      if (!header.isObject()) {
        throw broken(file, "corrupt: the header is not a JSON object");
      }
      header
          .properties()
          .forEach(
              field -> {
                if (!field.getKey().equals(METADATA)) {
                  entries.add(entry(file, field.getKey(), field.getValue()));
                }
              });
    } catch (JsonProcessingException e) {
      throw new InputException(
          file + ": corrupt: the header is not JSON: " + e.getOriginalMessage(), e);
    }
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    checkLayout(file, entries, bytes.length - dataStart);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry e : entries) {
      int length = (int) (e.end - e.begin);
      ByteBuffer data = ByteBuffer.wrap(bytes, dataStart + (int) e.begin, length).slice();
      tensors.put(e.name, new Tensor(e.type, e.shape, data));
    }
    return tensors;
  }

  private static Entry entry(String file, String name, JsonNode node) {
    String at = "tensor " + name + ": ";
    JsonNode shapeNode = node.path("shape");
    JsonNode offsets = node.path("data_offsets");
    if (!node.path("dtype").isTextual()
        || !shapeNode.isArray()
        || !offsets.isArray()
        || offsets.size() != 2) {
      throw broken(file, at + "needs dtype, shape and two data_offsets, found " + node);
    }
    DType type = dtype(file, at, node.path("dtype").asText());
    int[] shape = new int[shapeNode.size()];
    long size = type.bytes;
    for (int i = 0; i < shape.length; i++) {
      JsonNode d = shapeNode.get(i);
      if (!d.isIntegralNumber() || !d.canConvertToInt() || d.intValue() < 0) {
        throw broken(file, at + "shape is " + shapeNode + ", accepted: integers of 0 to 2^31-1");
      }
      shape[i] = d.intValue();
      size *= shape[i];
      if (size > Integer.MAX_VALUE) {
        throw broken(file, at + "shape " + shapeNode + " has more than 2^31-1 bytes");
      }
    }
    long begin = offset(file, at, offsets.get(0));
    long end = offset(file, at, offsets.get(1));
    if (end - begin != size) {
      String accepted = type + " " + shapeNode + " takes " + size + " bytes";
      throw broken(file, at + "data_offsets are " + offsets + ", but " + accepted);
    }
    return new Entry(name, type, shape, begin, end);
  }

  private static DType dtype(String file, String at, String name) {
    for (DType type : DType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw broken(file, at + "dtype is " + name + ", accepted: I8, U8, I16, I32, I64");
  }

  private static long offset(String file, String at, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw broken(file, at + "data_offsets has " + node + ", accepted: integers from 0");
    }
    return node.longValue();
  }

  private static void checkLayout(String file, List<Entry> entries, long available) {
    long end = 0;
    String last = "the header";
    for (Entry e : entries) {
      if (e.begin != end) {
        String what = e.begin < end ? " overlaps " : " leaves a gap behind ";
        String found = ": it begins at byte " + e.begin + ", accepted: " + end;
        throw broken(file, "corrupt: tensor " + e.name + what + last + found);
      }
      if (e.end > available) {
        String found = " ends at byte " + e.end + " of the data, but the file only has ";
        throw broken(file, "truncated: tensor " + e.name + found + available);
      }
      end = e.end;
      last = "tensor " + e.name;
    }
    if (end != available) {
      String found = available + " bytes of data, but the header describes " + end;
      throw broken(file, "corrupt: the file has " + found);
    }
  }

  private static InputException broken(String file, String what) {
    return new InputException(file + ": " + what);
  }
}
