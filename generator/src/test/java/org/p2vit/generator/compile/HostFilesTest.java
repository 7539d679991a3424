package org.p2vit.generator.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.job.JobFormat;

class HostFilesTest {
  private static final VitShape SHAPE = new VitShape(3, 8, 12, 4, 24, 1, 2, 40, 7);

  @TempDir Path directory;
  private final CompiledModel compiled = compiled();

  private static CompiledModel compiled() {
    QuantizedModel model = RandomModels.model(3, SHAPE, RandomModels.WeightBits.W8);
    return ModelCompiler.compile(model, ArchitectureFitter.fit(model, FitOptions.DEFAULT));
  }

  @Test
  void filesHoldWhatTheMapSays() throws IOException {
    MemoryMap map = MemoryMap.of(compiled, 0x10000);
    List<Path> files = HostFiles.write(compiled, map, directory.resolve("out"));
    assertEquals(4, files.size());
    assertEquals(map.program().bytes(), Files.size(files.get(0)));
    assertEquals(compiled.jobs().size() * JobFormat.BYTES, map.program().bytes());
    assertArrayEquals(compiled.image(), Files.readAllBytes(files.get(1)));
    JsonNode json = new ObjectMapper().readTree(files.get(2).toFile());
    assertEquals(0x10000, json.at("/regions/program/address").asLong());
    assertEquals(map.output().address(), json.at("/regions/output/address").asLong());
  }

  @Test
  void regionsDoNotOverlapAndStartOnPages() {
    MemoryMap map = MemoryMap.of(compiled, 4096);
    long free = 4096;
    for (MemoryMap.Region r : map.regions()) {
      assertTrue(r.address() >= free && r.address() % 4096 == 0, map.toString());
      free = r.end();
    }
  }

  @Test
  void mapBeyondTheAddressBitsIsRefused() {
    InputException e =
        assertThrows(InputException.class, () -> MemoryMap.of(compiled, 0xFFFFF000L));
    assertTrue(e.getMessage().contains("addressBits 32"), e.getMessage());
  }

  /** The header's offset functions against the layouts. */
  @Test
  void headerAgreesWithTheLayouts() throws IOException, InterruptedException {
    MemoryMap map = MemoryMap.of(compiled, 0);
    HostFiles.write(compiled, map, directory);
    Path program = directory.resolve("check.c");
    Files.writeString(
        program,
        """
        #include <stdio.h>
        #include "p2vit.h"
        int main(void) {
          for (uint32_t t = 0; t < P2VIT_TOKENS; t++)
            for (uint32_t k = 0; k < P2VIT_PATCH_LENGTH; k++)
              printf("%u\\n", p2vit_input_offset(t, k));
          for (uint32_t c = 0; c < P2VIT_CLASSES; c++) printf("%u\\n", p2vit_logit_offset(c));
          return 0;
        }
        """);
    assumeTrue(run("cc", "--version"), "no C compiler");
    assertTrue(run("cc", "-Wall", "-Werror", "-o", "check", "check.c"), "header does not compile");
    assertTrue(run("./check"), "header's program fails");
    List<String> lines = Files.readAllLines(directory.resolve("output.txt"));
    int line = 0;
    int length = SHAPE.patchDim();
    for (int t = 0; t < SHAPE.tokens(); t++) {
      for (int k = 0; k < length; k++) {
        byte[] codes = new byte[SHAPE.tokens() * length];
        codes[t * length + k] = 1;
        byte[] encoded = compiled.input().encode(codes);
        assertEquals(1, encoded[Integer.parseInt(lines.get(line++))], "token " + t + ", k " + k);
      }
    }
    for (int c = 0; c < SHAPE.classes(); c++) {
      byte[] region = new byte[compiled.output().bytes()];
      int at = Integer.parseInt(lines.get(line++));
      region[at] = (byte) 0xFE;
      region[at + 1] = (byte) 0xFF;
      assertEquals(-2, compiled.output().decode(region)[c], "logit " + c);
    }
  }

  private boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("output.txt").toFile())
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
