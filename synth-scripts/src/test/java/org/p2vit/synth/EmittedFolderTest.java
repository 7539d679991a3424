package org.p2vit.synth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;

class EmittedFolderTest {
  @TempDir Path directory;

  @Test
  void findsTheDesignInItsFolderOrBelow() throws IOException {
    Path rtl = Files.createDirectories(directory.resolve("design/rtl"));
    Files.writeString(rtl.resolve("Top.f"), "// a comment\nTop.sv\n\nLeaf.sv\n");
    Files.writeString(rtl.resolve("Top.sv"), "");
    Files.writeString(rtl.resolve("Leaf.sv"), "");
    for (Path folder : List.of(rtl, rtl.getParent())) {
      assertEquals("Top", EmittedFolder.open(folder).top());
      assertEquals(List.of("Top.sv", "Leaf.sv"), EmittedFolder.open(folder).files());
    }
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    refuses(directory.resolve("nowhere"), "nowhere");
    refuses(directory, "no file list");
    Files.writeString(directory.resolve("Top.f"), "Top.sv\nLeaf.sv\n");
    Files.writeString(directory.resolve("Top.sv"), "");
    refuses(directory, "Leaf.sv");
    Files.writeString(directory.resolve("Leaf.sv"), "");
    Files.writeString(directory.resolve("Leaf.f"), "Leaf.sv\n");
    refuses(directory, "several file lists");
  }

  @Test
  void theTopModuleMustBeInTheList() throws IOException {
    Files.writeString(directory.resolve("Top.f"), "Leaf.sv\n");
    Files.writeString(directory.resolve("Leaf.sv"), "");
    refuses(directory, "Top.sv");
  }

  private static void refuses(Path folder, String named) {
    InputException e = assertThrows(InputException.class, () -> EmittedFolder.open(folder));
    assertTrue(e.getMessage().contains(named), e.getMessage());
  }
}
