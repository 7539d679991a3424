package org.p2vit.model.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.model.InputException;
import org.p2vit.model.io.Safetensors.DType;
import org.p2vit.model.io.Safetensors.Tensor;

class SafetensorsTest {
  @Test
  void allTypesSurvive() {
    byte[] bytes = {-128, 0, 127};
    short[] shorts = {-32768, 1, 32767, 256};
    int[] ints = {Integer.MIN_VALUE, 65536};
    Map<String, Tensor> read =
        Safetensors.parse(
            "f",
            Safetensors.format(
                Map.of(
                    "a", Tensor.of(bytes, 3),
                    "b", Tensor.of(shorts, 2, 2),
                    "c", Tensor.of(ints, 1, 2, 1),
                    "none", Tensor.of(new byte[0], 0, 5))));
    assertArrayEquals(bytes, read.get("a").bytes());
    assertArrayEquals(shorts, read.get("b").shorts());
    assertArrayEquals(ints, read.get("c").ints());
    assertArrayEquals(new int[] {1, 2, 1}, read.get("c").shape());
    assertEquals(DType.I16, read.get("b").type());
    assertEquals(0, read.get("none").bytes().length);
  }

  @Test
  void everyTypeReadsAsLongs() {
    assertArrayEquals(new long[] {-1, 2}, longs("I8", 2, -1, 2));
    assertArrayEquals(new long[] {255, 2}, longs("U8", 2, -1, 2));
    assertArrayEquals(new long[] {-1, 2}, longs("I16", 2, -1, -1, 2, 0));
    assertArrayEquals(new long[] {-256}, longs("I32", 1, 0, -1, -1, -1));
    assertArrayEquals(new long[] {1L << 40}, longs("I64", 1, 0, 0, 0, 0, 0, 1, 0, 0));
  }

  private static long[] longs(String type, int count, int... data) {
    String header = tensor(type, "[" + count + "]", 0, data.length);
    return Safetensors.parse("f", file(header, data)).get("x").longs();
  }

  /** Byte for byte what the format's description says. */
  @Test
  void bytesAreThoseOfTheFormat() {
    String header = "{\"x\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[0,4]}}";
    byte[] expected = file(header + " ".repeat(64 - header.length() - 8), 1, 0, -1, -1);
    assertArrayEquals(expected, Safetensors.format(Map.of("x", Tensor.of(new short[] {1, -1}, 2))));
  }

  @Test
  void metadataIsIgnored() {
    String header =
        "{\"__metadata__\":{\"by\":\"torch\"},"
            + "\"x\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[0,1]}}";
    assertArrayEquals(new byte[] {7}, Safetensors.parse("f", file(header, 7)).get("x").bytes());
  }

  @Test
  void everyTruncationIsFound() {
    byte[] whole = Safetensors.format(Map.of("x", Tensor.of(new int[] {1, 2}, 2)));
    for (int length = 0; length < whole.length; length++) {
      byte[] truncated = Arrays.copyOf(whole, length);
      var e = assertThrows(InputException.class, () -> Safetensors.parse("f.st", truncated));
      assertTrue(e.getMessage().startsWith("f.st: truncated"), e.getMessage());
    }
  }

  @Test
  void randomBytesNeverGiveAnythingButInputException() {
    long seed = 5;
    Random random = new Random(seed);
    byte[] whole = Safetensors.format(Map.of("x", Tensor.of(new int[] {1, 2}, 2)));
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = whole.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        broken[random.nextInt(broken.length - 8)] = (byte) random.nextInt(256);
      }
      try {
        Safetensors.parse("f", broken);
      } catch (InputException e) {
        assertTrue(e.getMessage().startsWith("f: "), e.getMessage());
      }
    }
  }

  @Test
  void brokenHeaders() {
    rejected("[]", "not a JSON object");
    rejected("{\"x\":", "not JSON");
    rejected("{\"x\":1}", "tensor x", "needs dtype");
    rejected(tensor("F32", "[1]", 0, 4), "dtype is F32", "I8, U8, I16, I32, I64");
    rejected(tensor("I8", "[-4]", 0, 4), "shape is [-4]");
    rejected(tensor("I8", "[1.5]", 0, 4), "shape is [1.5]");
    rejected(tensor("I8", "[65536,65536,65536]", 0, 4), "more than 2^31-1 bytes");
    rejected(tensor("I8", "[3]", 0, 4), "data_offsets are [0,4]", "takes 3 bytes");
    rejected(tensor("I8", "[4]", -1, 3), "data_offsets has -1");
    rejected(tensor("I8", "[4]", 4, 8), "leaves a gap behind the header");
    rejected(tensor("I8", "[8]", 0, 8), "truncated", "ends at byte 8", "only has 4");
    rejected(tensor("I8", "[3]", 0, 3), "4 bytes of data", "describes 3");
    String x = tensor("I8", "[3]", 0, 3);
    String both = x.substring(0, x.length() - 1) + "," + tensor("I8", "[2]", 2, 4).substring(1);
    rejected(both, "Duplicate field 'x'");
    rejected(both.replaceFirst("x", "y"), "tensor x overlaps tensor y", "accepted: 3");
  }

  @Test
  void absurdHeaderLengths() {
    for (long length : new long[] {-1, 0, 1, Long.MAX_VALUE, 1L << 40}) {
      byte[] bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
      var e = assertThrows(InputException.class, () -> Safetensors.parse("f", bytes));
      assertTrue(e.getMessage().contains("length is " + length), e.getMessage());
    }
  }

  private static String tensor(String type, String shape, int begin, int end) {
    return "{\"x\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}}"
        .formatted(type, shape, begin, end);
  }

  /** With four bytes of data. */
  private static void rejected(String header, String... words) {
    byte[] bytes = file(header, 1, 2, 3, 4);
    var e = assertThrows(InputException.class, () -> Safetensors.parse("f", bytes));
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), () -> "\"" + word + "\" in: " + e.getMessage());
    }
  }

  private static byte[] file(String header, int... data) {
    byte[] head = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + head.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(head.length).put(head);
    for (int b : data) {
      file.put((byte) b);
    }
    return file.array();
  }
}
