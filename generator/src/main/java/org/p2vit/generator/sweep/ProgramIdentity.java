package org.p2vit.generator.sweep;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import org.p2vit.P2vit;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.Sha256;
import org.p2vit.rtl.Chunk;
import org.p2vit.synth.area.AreaEstimator;
import org.p2vit.verif.Simulation;

/**
 * Tells builds of p2vit apart: what one generated and measured, another may generate and measure
 * otherwise.
 */
final class ProgramIdentity {
  /** A class of each module. */
  private static final List<Class<?>> MODULES =
      List.of(
          QuantizedModel.class, Chunk.class, Simulation.class, AreaEstimator.class, P2vit.class);

  private ProgramIdentity() {}

  /** SHA-256 of names and contents of all files in p2vit's modules, jars or folders. */
  static String sha256() {
    MessageDigest digest = Sha256.digest();
    for (Class<?> module : MODULES) {
      Path source = source(module);
      try {
        if (Files.isDirectory(source)) {
          add(source, digest);
        } else {
          try (FileSystem jar = FileSystems.newFileSystem(source)) {
            add(jar.getPath("/"), digest);
          }
        }
      } catch (IOException e) {
        throw new InputException("cannot read p2vit's own " + source + ": " + e, e);
      }
    }
    return Sha256.hex(digest);
  }

  private static Path source(Class<?> module) {
    try {
      return Path.of(module.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(Path root, MessageDigest digest) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        digest.update(root.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    }
  }
}
