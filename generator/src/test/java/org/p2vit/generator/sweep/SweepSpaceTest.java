package org.p2vit.generator.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** What a space says, and the designs that it holds. */
class SweepSpaceTest {
  private static final ModelTraits MNIST =
      new ModelTraits(new VitShape(1, 28, 28, 7, 64, 4, 4, 256, 10), false, 16, 7);

  @TempDir Path directory;

  private SweepSpace read(String json) {
    Path file = directory.resolve("space.json");
    try {
      Files.writeString(file, json);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return SweepSpace.read(file);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | \"macs\" or \"arrays\" is needed",
        "{\"macs\": []} | \"macs\" is empty",
        "{\"macs\": [0]} | \"macs\" has 0",
        "{\"macs\": [64], \"arrays\": [\"1x8x8\"]} | both given",
        "{\"arrays\": [\"1x8\"]} | \"arrays\" has \"1x8\"; a value is 3 numbers",
        "{\"macs\": [64], \"shifters\": [\"big\"]} | \"shifters\" has \"big\"",
        "{\"macs\": [64], \"lanes\": [1]} | no field \"lanes\"; there are",
        "{\"macs\": [64], \"macs\": [32]} | macs",
        "{\"macs\": [64.5]} | space.json",
        "{\"macs\": \"64\"} | space.json",
        "{\"macs\": [64], \"memoryKib\": 0} | memoryKib is 0",
        "{\"macs\": [64] | space.json",
      })
  void saysWhatIsWrong(String json, String message) {
    InputException e = assertThrows(InputException.class, () -> read(json));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void nothingPossibleIsAnErrorThatSaysWhy() {
    SweepSpace space = read("{\"arrays\": [\"3x8x8\"]}");
    InputException e = assertThrows(InputException.class, () -> DesignGrid.of(space, MNIST));
    assertTrue(e.getMessage().contains("3 x 8 x 8"), e.getMessage());
    SweepSpace small = read("{\"macs\": [64], \"memoryKib\": 1}");
    InputException memory = assertThrows(InputException.class, () -> DesignGrid.of(small, MNIST));
    assertTrue(memory.getMessage().contains("more than 1 KiB"), memory.getMessage());
  }

  @Test
  void parametersAreCombined() {
    SweepSpace space =
        read(
            """
            {"arrays": ["2x8x8"], "requantLanes": [4, 8], "layerNormLanes": [1, 4, 8],
             "scoreSlots": [2, 4], "axiBits": [32, 64]}
            """);
    DesignGrid grid = DesignGrid.of(space, MNIST);
    List<Architecture> all = grid.architectures();
    assertEquals(all.size(), new HashSet<>(all).size());
    // Of 2 x 3 lanes 8 beside 4 is not possible, at both widths.
    assertEquals(2 * (2 * 3 - 1) * 2, all.size(), grid.reasons());
    assertEquals(2, grid.refused().get("layerNormLanes 8 beside requantLanes 4"));
    assertEquals(
        List.of(32, 64),
        all.stream().map(a -> a.axi().dataBits()).distinct().collect(Collectors.toList()));
    assertTrue(all.stream().allMatch(a -> a.rows() == 2 && a.columns() == 8 && a.depth() == 8));
  }

  @Test
  void macsMeanEveryArrayOfSoMany() {
    List<Architecture> all = DesignGrid.of(read("{\"macs\": [64]}"), MNIST).architectures();
    assertTrue(all.size() > 3, all.size() + " arrays");
    assertFalse(all.stream().anyMatch(a -> a.macs() != 64));
  }
}
