package org.p2vit.generator.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

class ArchitectureJsonTest {
  private static final VitShape SHAPE = new VitShape(1, 28, 28, 7, 64, 4, 4, 256, 10);

  @TempDir Path directory;
  private Path file;
  private Architecture architecture;

  @BeforeEach
  void write() {
    file = directory.resolve("arch.json");
    architecture = ArchitectureFitter.fit(new ModelTraits(SHAPE, false, 16, 7), FitOptions.DEFAULT);
    ArchitectureJson.write(architecture, file);
  }

  @Test
  void whatIsWrittenIsRead() {
    assertEquals(architecture, ArchitectureJson.read(file));
  }

  @Test
  void missingFieldIsNamed() throws IOException {
    replace("\"jobQueue\" : 8,", "");
    assertMessage("jobQueue");
  }

  @Test
  void economyMayBeLeftOut() throws IOException {
    String text = Files.readString(file);
    Files.writeString(file, text.replaceFirst(",\\s*\"economy\" : \\{[^}]*\\}", ""));
    assertEquals(architecture, ArchitectureJson.read(file));
    assertTrue(text.contains("economy"));
  }

  @Test
  void missingBufferIsNamed() throws IOException {
    replace("\"scoreSlots\"", "\"scoreSlotz\"");
    assertMessage("field \"scoreSlots\": missing");
  }

  @Test
  void unknownFieldIsNamed() throws IOException {
    replace("\"jobQueue\" : 8,", "\"jobQueue\" : 4, \"colour\" : 1,");
    assertMessage("colour");
  }

  @Test
  void valueOutOfRangeSaysWhatIsAccepted() throws IOException {
    replace("\"residualBits\" : 16", "\"residualBits\" : 17");
    assertMessage("residualBits must be 8 to 16, not 17");
  }

  @Test
  void fractionIsRefused() throws IOException {
    replace("\"jobQueue\" : 8,", "\"jobQueue\" : 8.5,");
    assertMessage("8.5");
  }

  @Test
  void truncatedFileIsRefused() throws IOException {
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() / 2));
    assertMessage("Unexpected end-of-input");
  }

  @Test
  void missingFileIsNamed() throws IOException {
    Files.delete(file);
    assertMessage("cannot read");
  }

  private void replace(String what, String by) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(what), text);
    Files.writeString(file, text.replace(what, by));
  }

  private void assertMessage(String part) {
    InputException e = assertThrows(InputException.class, () -> ArchitectureJson.read(file));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().contains("arch.json"), e.getMessage());
  }
}
