package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;

class JournalTest {
  private static final Map<String, String> SUBJECT = Map.of("models", "a", "images", "b");
  private static final Evaluation FIRST =
      new Evaluation(new Allocation("448"), false, 10, 7, 0.125);
  private static final Evaluation SECOND =
      new Evaluation(new Allocation("448"), true, 10, 8, 1.0 / 3);

  @TempDir Path directory;

  @Test
  void remembersEvaluations() {
    write();
    try (Journal journal = Journal.open(directory, SUBJECT)) {
      assertEquals(FIRST, journal.find(new Allocation("448"), false));
      assertEquals(SECOND, journal.find(new Allocation("448"), true));
      assertNull(journal.find(new Allocation("444"), false));
    }
  }

  /** A kill in the middle of a write. */
  @Test
  void leavesAHalfWrittenLineOut() throws IOException {
    write();
    Path file = directory.resolve(Journal.FILE);
    long whole = Files.size(file);
    Files.writeString(file, "{\"bits\":\"444\",\"ri", StandardOpenOption.APPEND);
    Evaluation third = new Evaluation(new Allocation("888"), false, 10, 9, 0.5);
    try (Journal journal = Journal.open(directory, SUBJECT)) {
      assertEquals(whole, Files.size(file));
      journal.add(third);
    }
    try (Journal journal = Journal.open(directory, SUBJECT)) {
      assertEquals(FIRST, journal.find(new Allocation("448"), false));
      assertEquals(third, journal.find(new Allocation("888"), false));
    }
  }

  @Test
  void beginsAnewIfNotEvenTheFirstLineWasWritten() throws IOException {
    Files.writeString(directory.resolve(Journal.FILE), "{\"mod");
    write();
    try (Journal journal = Journal.open(directory, SUBJECT)) {
      assertEquals(FIRST, journal.find(new Allocation("448"), false));
    }
  }

  @Test
  void refusesEvaluationsOfAnotherModel() {
    write();
    refused(Map.of("models", "other", "images", "b"), "'models' differs");
  }

  @Test
  void namesALineThatIsNoEvaluation() throws IOException {
    write();
    Path file = directory.resolve(Journal.FILE);
    Files.writeString(file, "{\"bits\":\"445\",\"right\":1}\n", StandardOpenOption.APPEND);
    refused(SUBJECT, "line 4");
    Files.writeString(file, "no json\n");
    refused(SUBJECT, "line 1");
  }

  private void write() {
    try (Journal journal = Journal.open(directory, SUBJECT)) {
      journal.add(FIRST);
      journal.add(SECOND);
    }
  }

  private void refused(Map<String, String> subject, String part) {
    InputException e =
        assertThrows(InputException.class, () -> Journal.open(directory, subject).close());
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().contains(Journal.FILE), e.getMessage());
  }
}
