package org.p2vit.synth.area;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.model.io.Scratch;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.synth.ResultCache;
import org.p2vit.synth.circt.CirctTools;
import org.p2vit.synth.circt.HwDesign;

/**
 * Emitted SystemVerilog as CIRCT sees it.
 *
 * @param top name of the top module
 * @param design all modules; memories have their ports only
 * @param memories by the name of their modules
 */
record ImportedRtl(String top, HwDesign design, Map<String, MemoryShape> memories) {
  private static final Duration AT_MOST = Duration.ofMinutes(20);

  /**
   * @throws InputException if a file cannot be read or is not what CIRCT takes
   */
  static ImportedRtl of(EmittedRtl rtl, CirctTools tools, ResultCache cache) {
    Map<String, MemoryShape> memories = new LinkedHashMap<>();
    Map<String, String> sources = new LinkedHashMap<>();
    for (String file : rtl.files()) {
      String source = read(rtl.directory().resolve(file));
      MemoryShape memory = MemorySources.shape(source);
      if (memory == null) {
        source = CaseTables.balanced(source);
      } else {
        memories.put(file.substring(0, file.lastIndexOf('.')), memory);
        source = MemorySources.interfaceOnly(source);
      }
      sources.put(file, source);
    }
    String key =
        ResultCache.key("import", tools.version(), rtl.top(), String.join("\f", sources.values()));
    Optional<String> kept = cache.get(key);
    String text = kept.orElseGet(() -> convert(rtl.top(), sources, tools, cache, key));
    if (kept.isEmpty()) {
      cache.put(key, text);
    }
    return new ImportedRtl(rtl.top(), HwDesign.parse(text), memories);
  }

  private static String convert(
      String top, Map<String, String> sources, CirctTools tools, ResultCache cache, String key) {
    try (Scratch scratch = Scratch.in(cache.directory(), "work-")) {
      Path output = scratch.directory().resolve("design.mlir");
      List<String> arguments = new ArrayList<>(List.of("--top=" + top, "-o", output.toString()));
      for (Map.Entry<String, String> source : sources.entrySet()) {
        arguments.add(source.getKey());
        Files.writeString(scratch.directory().resolve(source.getKey()), source.getValue());
      }
      // Next to the cache's entries, so that it is there to be read after a failure.
      Path log = cache.log(key);
      tools.verilog().run(arguments, scratch.directory(), log, AT_MOST);
      Files.deleteIfExists(log);
      return Files.readString(output);
    } catch (IOException e) {
      throw FileErrors.cannot("write", cache.directory(), e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }
}
