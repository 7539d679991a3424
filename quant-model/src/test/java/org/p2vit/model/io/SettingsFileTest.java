package org.p2vit.model.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2vit.model.InputException;

class SettingsFileTest {
  record Lanes(Integer lanes, String kind) {
    Lanes {
      if (lanes != null && lanes < 1) {
        throw new IllegalArgumentException("lanes is " + lanes + "; it must be at least 1");
      }
    }
  }

  private static final SettingsFile<Lanes> COMPLETE = SettingsFile.complete(Lanes.class, "lanes");
  private static final SettingsFile<Lanes> PARTIAL = SettingsFile.partial(Lanes.class, "lanes");

  @TempDir Path directory;

  @Test
  void fieldsAreRead() throws IOException {
    Path file = file("{\"lanes\": 4, \"kind\": \"a\"}");
    assertEquals(new Lanes(4, "a"), COMPLETE.read(file));
    assertEquals(new Lanes(4, "a"), PARTIAL.read(file));
  }

  @Test
  void onlyPartialOnesCanLackFields() throws IOException {
    Path file = file("{\"lanes\": 4}");
    assertEquals(new Lanes(4, null), PARTIAL.read(file));
    assertTrue(
        message(COMPLETE, file).contains("field \"kind\": missing"), message(COMPLETE, file));
    String absent = message(COMPLETE, file("{\"lanes\": 4, \"kind\": null}"));
    assertTrue(absent.contains("field \"kind\": text is expected, not null"), absent);
  }

  @Test
  void aFieldWithADefaultCanBeLeftOut() throws IOException {
    SettingsFile<Lanes> format = COMPLETE.withDefault("kind", "b");
    assertEquals(new Lanes(4, "b"), format.read(file("{\"lanes\": 4}")));
    assertEquals(new Lanes(4, "a"), format.read(file("{\"lanes\": 4, \"kind\": \"a\"}")));
    assertTrue(message(format, file("{\"kind\": \"a\"}")).contains("field \"lanes\": missing"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"lanes\": 4, \"kind\": \"a\", \"lane\": 1} | no field \"lane\"; there are kind, lanes (line 1)",
        "{\"lanes\": 4, \"kind\": \"a\", \"lanes\": 5} | Duplicate field 'lanes'",
        "{\"lanes\": 4.5, \"kind\": \"a\"} | field \"lanes\": a whole number is expected, not 4.5 (line 1)",
        "{\"lanes\": \"4\", \"kind\": \"a\"} | field \"lanes\": a whole number is expected, not \"4\" (line 1)",
        "{\"lanes\": 0, \"kind\": \"a\"} | lanes is 0; it must be at least 1",
        "{\"lanes\": [4], \"kind\": \"a\"} | field \"lanes\": a whole number is expected, not a list (line 1)",
        "{\"lanes\": 4, \"kind\": {}} | field \"kind\": text is expected, not an object (line 1)",
        "{\"lanes\": 12345678901, \"kind\": \"a\"} | field \"lanes\": Numeric value (12345678901) out of range",
        "[4] | an object is expected, not a list (line 1)",
        "`` | the file is empty",
        "null | an object is expected, not null",
        "{\"lanes\": 4, \"kind\": \"a\"} 5 | something follows after the end",
        "{\"lanes\": 4, | Unexpected end-of-input",
      })
  void mistakesAreNamed(String text, String expected) throws IOException {
    Path file = file(text);
    for (SettingsFile<Lanes> format : List.of(COMPLETE, PARTIAL)) {
      String message = message(format, file);
      assertTrue(message.startsWith("lanes " + file + ": "), message);
      assertTrue(message.contains(expected), message);
    }
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = directory.resolve("none.json");
    assertEquals("cannot read " + file + ": no such file or directory", message(COMPLETE, file));
  }

  private static String message(SettingsFile<?> format, Path file) {
    return assertThrows(InputException.class, () -> format.read(file)).getMessage();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("lanes.json"), text);
  }
}
