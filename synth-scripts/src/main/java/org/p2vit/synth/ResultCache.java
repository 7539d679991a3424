package org.p2vit.synth;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.Sha256;

/**
 * Texts kept by the content that they were made from. Any number of threads and processes may use
 * one; two that make the same at once both write it, which does no harm.
 *
 * @param directory where they are
 */
public record ResultCache(Path directory) {

  /** Names what is made from these texts. */
  public static String key(String... from) {
    MessageDigest digest = Sha256.digest();
    for (String text : from) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      // With its length, so that no two lists have the same bytes.
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return Sha256.hex(digest).substring(0, 40);
  }

  /** What is kept under a key, if it is there and whole. */
  public Optional<String> get(String key) {
    Path file = file(key);
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Keeps a text. */
  public void put(String key, String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    AtomicFiles.write(directory, Map.of(file(key).getFileName().toString(), bytes.toByteArray()));
  }

  /** Where the log of a run that failed is kept. */
  public Path log(String key) {
    return directory.resolve(key + ".log");
  }

  private Path file(String key) {
    return directory.resolve(key + ".gz");
  }
}
