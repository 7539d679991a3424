package org.p2vit.verif;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.p2vit.model.io.FileErrors;

/**
 * Everything that determines a simulation executable: what {@link VerilatorBuild} builds, and the
 * key of its cache. The class of the Verilated model is always {@code Vtop}.
 *
 * @param top the top module
 * @param verilog SystemVerilog sources, and Verilator configuration files ({@code .vlt})
 * @param harness C++ sources ({@code .cpp}), one of them with {@code main}, and headers
 * @param waveform what the executable can write (slower, and slower to build)
 * @param effort how much time to spend on optimization
 * @param flags further Verilator options
 */
public record BuildRequest(
    String top,
    List<Source> verilog,
    List<Source> harness,
    Waveform waveform,
    Effort effort,
    List<String> flags) {

  /** Formats of a record of all signals. */
  public enum Waveform {
    NONE,
    /** Compressed, for viewers. */
    FST,
    /** Text that every tool reads (IEEE 1364-2005, section 18). */
    VCD
  }

  /** Trades build time for simulation speed. */
  public enum Effort {
    /** Short runs: one chunk, some ten thousand cycles. */
    QUICK,
    /** Whole networks: many million cycles. */
    FULL
  }

  /**
   * A file by its simple name (unique in a request) and its content.
   *
   * @param name file name without directory
   * @param content bytes of the file
   */
  public record Source(String name, byte[] content) {
    public static Source of(String name, String text) {
      return new Source(name, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Source of(Path file) {
      try {
        return new Source(file.getFileName().toString(), Files.readAllBytes(file));
      } catch (IOException e) {
        throw FileErrors.cannot("read", file, e);
      }
    }

    /** The resource {@code name} beside the class {@code owner}. */
    public static Source resource(Class<?> owner, String name) {
      try (InputStream in = owner.getResourceAsStream(name)) {
        if (in == null) {
          throw new IllegalArgumentException("no resource " + name + " beside " + owner.getName());
        }
        return new Source(name.substring(name.lastIndexOf('/') + 1), in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public BuildRequest {
    verilog = List.copyOf(verilog);
    harness = List.copyOf(harness);
    flags = List.copyOf(flags);
  }

  /** A request for a design of SystemVerilog files, without trace, {@link Effort#QUICK}. */
  public static BuildRequest of(String top, List<Path> verilog, Source... harness) {
    return new BuildRequest(
        top,
        verilog.stream().map(Source::of).toList(),
        List.of(harness),
        Waveform.NONE,
        Effort.QUICK,
        List.of());
  }

  public BuildRequest withVerilog(Source more) {
    return new BuildRequest(top, added(verilog, more), harness, waveform, effort, flags);
  }

  public BuildRequest withHarness(Source more) {
    return new BuildRequest(top, verilog, added(harness, more), waveform, effort, flags);
  }

  public BuildRequest withWaveform(Waveform format) {
    return new BuildRequest(top, verilog, harness, format, effort, flags);
  }

  public BuildRequest withEffort(Effort value) {
    return new BuildRequest(top, verilog, harness, waveform, value, flags);
  }

  public BuildRequest withFlag(String more) {
    return new BuildRequest(top, verilog, harness, waveform, effort, added(flags, more));
  }

  private static <T> List<T> added(List<T> list, T more) {
    List<T> result = new ArrayList<>(list);
    result.add(more);
    return result;
  }
}
