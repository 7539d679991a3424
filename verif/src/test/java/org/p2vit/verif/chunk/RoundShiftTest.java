package org.p2vit.verif.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.numerics.Rounding;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.VerilatorBuild;

/**
 * The hardware's rounding and saturation against {@link Rounding}: every shift with every 16-bit
 * operand, and with 32-bit operands at every power of two and every edge of saturation.
 */
class RoundShiftTest {
  private static final int LOWEST = -8;
  private static final int HIGHEST = 31;

  /** Of the port {@code fitting}: its least shift, and the bits of the shift that are added. */
  private static final int FAR = 19;

  private static final int FAR_MASK = 7;
  private static final int RECORD_BYTES = 21;
  private static final long SEED = 3;
  private static final Architecture ARCH = ChunkArchitectures.PAIRS;

  private static int[] operands() {
    IntStream.Builder all = IntStream.builder();
    for (int x = Short.MIN_VALUE; x <= Short.MAX_VALUE; x++) {
      all.add(x);
    }
    for (int bit = 14; bit < 32; bit++) {
      for (int low = -70; low <= 70; low++) {
        all.add((1 << bit) + low);
        all.add(-(1 << bit) + low);
      }
    }
    // Around the largest and the smallest code of every output, scaled by every shift.
    for (int bits : new int[] {8, ARCH.residualBits(), 16}) {
      for (int n = 0; n <= HIGHEST; n++) {
        for (int half = -6; half <= 6; half++) {
          for (long edge : new long[] {(1L << bits - 1) - 1, -(1L << bits - 1)}) {
            for (int low = -2; low <= 2; low++) {
              all.add((int) Rounding.saturate(((2 * edge + half << n) >> 1) + low, 32));
            }
          }
        }
      }
    }
    Random random = new Random(SEED);
    for (int i = 0; i < 20000; i++) {
      all.add(random.nextInt() >> random.nextInt(17));
    }
    return all.build().toArray();
  }

  @Test
  void agreesOnEveryShift(@TempDir Path directory) throws IOException, InterruptedException {
    int[] operands = operands();
    ByteBuffer buffer = ByteBuffer.allocate(4 * operands.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(operands);
    Path file = Files.write(directory.resolve("operands.bin"), buffer.array());
    Process process =
        new ProcessBuilder(build(directory).toString(), file.toString(), "" + LOWEST, "" + HIGHEST)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
      byte[] bytes = new byte[RECORD_BYTES];
      ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int shift = LOWEST; shift <= HIGHEST; shift++) {
        for (int x : operands) {
          in.readFully(bytes);
          check(x, shift, record.rewind());
        }
      }
      assertEquals(-1, in.read(), "no more results than operands");
    }
    assertEquals(0, process.waitFor());
  }

  private static void check(int x, int shift, ByteBuffer found) {
    expect(x, shift, "exact", Rounding.shift(x, shift), found.getLong());
    int unsigned = found.getInt();
    if (shift >= 0) {
      expect(x, shift, "unsigned", Rounding.shift(x & 0xFFFF, shift), unsigned);
    }
    expect(x, shift, "word", Rounding.requantize(x, shift, 16), found.getShort());
    int unused = 16 - ARCH.residualBits();
    short stream = found.getShort();
    if (stream << 16 + unused >> 16 + unused != stream) {
      throw new AssertionError("stream is not sign-extended: " + stream);
    }
    expect(x, shift, "stream", Rounding.requantize(x, shift, ARCH.residualBits()), stream);
    expect(x, shift, "byte", Rounding.requantize(x, shift, 8), found.get());
    expect(x, shift, "narrow", Rounding.requantize((short) x, shift, 8), found.get());
    int limited = found.get() & 0xFF;
    if (shift >= 0) {
      expect(x, shift, "limited", Math.min(Rounding.shift(x & 0xFFFF, shift), 255), limited);
    }
    int far = FAR + (shift & FAR_MASK);
    expect(x, shift, "fitting", Rounding.shift(x, far), found.getShort());
  }

  private static void expect(int x, int shift, String port, long expected, long found) {
    if (expected != found) {
      throw new AssertionError(
          port + " of " + x + " >> " + shift + ": found " + found + ", expected " + expected);
    }
  }

  private static Path build(Path directory) throws IOException {
    EmittedRtl rtl = RtlEmitter.create().emitChunk(ARCH, "RoundShiftUnit", directory);
    String verilog = Files.readString(directory.resolve("RoundShiftUnit.sv"));
    StringBuilder ports = new StringBuilder();
    for (ModulePort port : ModulePort.parse(verilog, "RoundShiftUnit")) {
      // Names that SystemVerilog reserves come out with a number behind them.
      String name = port.verilogName().replaceFirst("_\\d+$", "");
      ports.append("#define PORT_" + name + " top." + port.verilogName() + "\n");
    }
    BuildRequest request =
        BuildRequest.of(
            "RoundShiftUnit",
            rtl.paths(),
            BuildRequest.Source.resource(RoundShiftTest.class, "round_shift_bench.cpp"),
            BuildRequest.Source.of("round_shift_ports.h", ports.toString()));
    return new VerilatorBuild().build(request, BuildProgress.NONE);
  }
}
