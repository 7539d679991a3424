package org.p2vit.generator.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;

/**
 * Evaluations on disk, a line of JSON each, so that an interrupted search loses none but the one it
 * was at. The first line says what was evaluated: evaluations of other models or images are not
 * mixed up with these.
 */
final class Journal implements AutoCloseable {
  static final String FILE = "evaluations.jsonl";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final FileChannel channel;
  private final Map<Key, Evaluation> known;

  private record Key(Allocation allocation, boolean requantized) {}

  private Journal(FileChannel channel, Map<Key, Evaluation> known) {
    this.channel = channel;
    this.known = known;
  }

  /**
   * Opens the journal of a folder, or begins it.
   *
   * @param subject what all evaluations have in common: names and fingerprints
   * @throws InputException if the folder's journal has another subject or cannot be read
   */
  static Journal open(Path directory, Map<String, String> subject) {
    Path file = directory.resolve(FILE);
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Journal journal = new Journal(channel, new LinkedHashMap<>());
      try {
        journal.read(file, subject);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return journal;
    } catch (IOException e) {
      throw FileErrors.cannot("open", file, e);
    }
  }

  /**
   * Looks at the journal of a folder, if there is one.
   *
   * @param known of the subject, before all of it is
   * @throws InputException as {@link #open}
   */
  static void check(Path directory, Map<String, String> known) {
    Path file = directory.resolve(FILE);
    if (Files.exists(file)) {
      try {
        List<String> lines = wholeLines(Files.readAllBytes(file));
        if (!lines.isEmpty()) {
          checkSubject(file, parse(file, 1, lines.get(0)), known);
        }
      } catch (IOException e) {
        throw FileErrors.cannot("read", file, e);
      }
    }
  }

  private void read(Path file, Map<String, String> subject) throws IOException {
    List<String> lines = wholeLines(Files.readAllBytes(file));
    if (lines.isEmpty()) {
      channel.truncate(0);
      append(MAPPER.writeValueAsString(subject));
      return;
    }
    checkSubject(file, parse(file, 1, lines.get(0)), subject);
    long length = lines.get(0).getBytes(StandardCharsets.UTF_8).length + 1;
    for (int i = 1; i < lines.size(); i++) {
      Evaluation evaluation = evaluation(file, i + 1, parse(file, i + 1, lines.get(i)));
      known.put(new Key(evaluation.allocation(), evaluation.requantized()), evaluation);
      length += lines.get(i).getBytes(StandardCharsets.UTF_8).length + 1;
    }
    // Whatever a kill left half-written.
    channel.truncate(length);
    channel.position(length);
  }

  /** Without a last line that does not end. */
  private static List<String> wholeLines(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return new ArrayList<>(text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
  }

  private static JsonNode parse(Path file, int line, String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InputException(
          file + ", line " + line + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void checkSubject(Path file, JsonNode found, Map<String, String> subject) {
    subject.forEach(
        (name, value) -> {
          if (!value.equals(found.path(name).asText())) {
            throw new InputException(
                file
                    + " is of another search: its '"
                    + name
                    + "' differs; give another --out, or delete that file to begin anew");
          }
        });
  }

  private static Evaluation evaluation(Path file, int line, JsonNode node) {
    String bits = node.path("bits").asText();
    if (!bits.matches("[48]+")
        || !node.path("right").isInt()
        || !node.path("images").isInt()
        || !node.path("divergence").isNumber()) {
      throw new InputException(
          file + ", line " + line + ": not an evaluation (bits, images, right, divergence)");
    }
    return new Evaluation(
        new Allocation(bits),
        node.path("requantized").asBoolean(),
        node.path("images").intValue(),
        node.path("right").intValue(),
        node.path("divergence").doubleValue());
  }

  /** The evaluation of an allocation; null if there is none yet. */
  Evaluation find(Allocation allocation, boolean requantized) {
    return known.get(new Key(allocation, requantized));
  }

  Collection<Evaluation> all() {
    return List.copyOf(known.values());
  }

  /** On disk when this returns. */
  void add(Evaluation e) {
    ObjectNode line =
        MAPPER
            .createObjectNode()
            .put("bits", e.allocation().code())
            .put("requantized", e.requantized())
            .put("images", e.images())
            .put("right", e.right())
            .put("divergence", e.divergence());
    try {
      append(line.toString());
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    known.put(new Key(e.allocation(), e.requantized()), e);
  }

  private void append(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
