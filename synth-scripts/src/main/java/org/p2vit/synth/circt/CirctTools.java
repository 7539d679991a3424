package org.p2vit.synth.circt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.p2vit.model.InputException;
import org.p2vit.synth.Tool;
import org.p2vit.verif.CacheDirectory;

/**
 * The programs of CIRCT that the artifact {@code llvm-firtool} brings beside firtool, unpacked once
 * into the user's cache.
 */
public final class CirctTools {
  private static final String ROOT = "/org.chipsalliance/llvm-firtool/";

  private final String version;
  private final Path directory;

  /** The tools of the class path. */
  public CirctTools() {
    this.version = version(ROOT + "project.version");
    this.directory = CacheDirectory.of("circt").resolve(version);
  }

  /** For example {@code 1.155.0}. */
  public String version() {
    return version;
  }

  /** Reads SystemVerilog. */
  public Tool verilog() {
    return tool("circt-verilog");
  }

  /** Maps to LUTs or an and-inverter graph. */
  public Tool synth() {
    return tool("circt-synth");
  }

  /** Runs single passes. */
  public Tool opt() {
    return tool("circt-opt");
  }

  private Tool tool(String name) {
    return new Tool(unpacked(name).toString(), "delete " + directory + " to have it unpacked anew");
  }

  private Path unpacked(String name) {
    Path file = directory.resolve(name);
    if (Files.isExecutable(file)) {
      return file;
    }
    String resource = ROOT + platform() + "/bin/" + name;
    try (InputStream in = CirctTools.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new InputException(
            name
                + " for "
                + platform()
                + " is not on the class path; the build brings llvm-firtool for linux-x64 only");
      }
      Files.createDirectories(directory);
      Path temporary = Files.createTempFile(directory, name, ".tmp");
      try {
        Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
      return file;
    } catch (IOException e) {
      throw new InputException("cannot unpack " + name + " into " + directory + ": " + e, e);
    }
  }

  /** As the artifact names platforms. */
  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String family = os.startsWith("mac") ? "macos" : os.startsWith("windows") ? "windows" : "linux";
    String arch = System.getProperty("os.arch");
    return family + "-" + (arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
  }

  private static String version(String resource) {
    try (InputStream in = CirctTools.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new InputException("llvm-firtool, which has circt-synth, is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
