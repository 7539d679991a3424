package org.p2vit.generator.sweep;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;
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

  private static final String OF_THIS = compute();

  private ProgramIdentity() {}

  /** SHA-256 of names and checksums of all files in p2vit's modules, jars or folders. */
  static String sha256() {
    return OF_THIS;
  }

  private static String compute() {
    MessageDigest digest = Sha256.digest();
    for (Class<?> module : MODULES) {
      Path source = source(module);
      try {
        if (Files.isDirectory(source)) {
          folder(source, digest);
        } else {
          jar(source, digest);
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

  private static void folder(Path folder, MessageDigest digest) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        CRC32 checksum = new CRC32();
        checksum.update(Files.readAllBytes(file));
        add(folder.relativize(file).toString(), checksum.getValue(), digest);
      }
    }
  }

  private static void jar(Path file, MessageDigest digest) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      for (JarEntry entry : jar.stream().sorted(Comparator.comparing(JarEntry::getName)).toList()) {
        add(entry.getName(), entry.getCrc(), digest);
      }
    }
  }

  private static void add(String name, long checksum, MessageDigest digest) {
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(checksum).flip());
  }
}
