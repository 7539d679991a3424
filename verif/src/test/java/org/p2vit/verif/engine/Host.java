package org.p2vit.verif.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.VerilatorBuild;

/** The simulated accelerator under the direct control of a test: {@code host.cpp}. */
final class Host implements AutoCloseable {
  private static final String OKAY = "0";

  private final Process process;
  private final PrintWriter commands;
  private final BufferedReader answers;

  /** Starts an accelerator that has just been reset. */
  Host(Path executable) {
    try {
      process = new ProcessBuilder(executable.toString()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.US_ASCII);
    answers = process.inputReader();
  }

  /** The executable for {@link #Host}. */
  static Path build(EmittedRtl rtl) {
    String header = "#pragma once\nconstexpr unsigned AXI_BYTES = " + Engine.BEAT + ";\n";
    BuildRequest request =
        BuildRequest.of(
            rtl.top(),
            rtl.paths(),
            BuildRequest.Source.of("bench.h", header),
            BuildRequest.Source.resource(Host.class, "host.cpp"),
            BuildRequest.Source.resource(Simulator.class, "axi_memory.h"),
            BuildRequest.Source.resource(Simulator.class, "axi_memory.cpp"));
    return new VerilatorBuild().build(request, BuildProgress.NONE);
  }

  private String ask(String format, Object... values) {
    String command = String.format(Locale.ROOT, format, values);
    commands.println(command);
    try {
      String answer = answers.readLine();
      if (answer == null || answer.startsWith("fault") || answer.startsWith("unknown")) {
        throw new AssertionError(command + ": " + answer);
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(command, e);
    }
  }

  void write(RegisterMap register, int value) {
    write(register.offset(), value, 0xf, 0, 0, 0);
  }

  /** A write whose address, data and taking of the response come after some cycles. */
  void write(int offset, int value, int strobe, int awDelay, int wDelay, int bDelay) {
    long unsigned = value & 0xffff_ffffL;
    String response =
        ask("write %d %d %d %d %d %d", offset, unsigned, strobe, awDelay, wDelay, bDelay);
    if (!response.equals(OKAY)) {
      throw new AssertionError("write of " + offset + ": response " + response);
    }
  }

  int read(RegisterMap register) {
    return read(register.offset(), 0, 0);
  }

  int read(int offset, int arDelay, int rDelay) {
    String[] answer = ask("read %d %d %d", offset, arDelay, rDelay).split(" ");
    if (answer.length != 2 || !answer[1].equals(OKAY)) {
      throw new AssertionError("read of " + offset + ": " + String.join(" ", answer));
    }
    return Integer.parseUnsignedInt(answer[0]);
  }

  void step(int cycles) {
    ask("step %d", cycles);
  }

  boolean irq() {
    return ask("irq").equals("1");
  }

  void memory(String name, long base, byte[] content, boolean writable) {
    ask("memory %s %d %d %d", name, base, content.length, writable ? 1 : 0);
    poke(base, content);
  }

  void poke(long address, byte[] bytes) {
    ask("poke %d %s", address, HexFormat.of().formatHex(bytes));
  }

  byte[] peek(long address, int bytes) {
    return HexFormat.of().parseHex(ask("peek %d %d", address, bytes));
  }

  /** Whether memory neither takes nor gives anything. */
  void freeze(boolean frozen) {
    ask("freeze %d", frozen ? 1 : 0);
  }

  /** Bursts that memory has taken, reads and writes. */
  int bursts() {
    String[] counts = ask("bursts").split(" ");
    return Integer.parseInt(counts[0]) + Integer.parseInt(counts[1]);
  }

  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
