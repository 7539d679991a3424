package org.p2vit.generator.compile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.rtl.Architecture;

/** The files that a host needs to run a compiled model. */
public final class HostFiles {
  private HostFiles() {}

  public static final String PROGRAM = "program.bin";
  public static final String IMAGE = "image.bin";
  public static final String MAP = "memory-map.json";
  public static final String HEADER = "p2vit.h";

  /**
   * Writes the program, the memory image, the memory map and a C header.
   *
   * @param directory made if missing
   * @return the files written
   * @throws InputException if they cannot be written
   */
  public static List<Path> write(CompiledModel m, MemoryMap map, Path directory) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(PROGRAM, m.encodedProgram());
    files.put(IMAGE, m.image());
    files.put(MAP, json(m, map).getBytes(StandardCharsets.UTF_8));
    files.put(HEADER, HostHeader.of(m, map).getBytes(StandardCharsets.UTF_8));
    List<Path> written = new ArrayList<>();
    for (Map.Entry<String, byte[]> f : files.entrySet()) {
      Path path = directory.resolve(f.getKey());
      try {
        Files.createDirectories(directory);
        Files.write(path, f.getValue());
      } catch (IOException e) {
        throw FileErrors.cannot("write", path, e);
      }
      written.add(path);
    }
    return written;
  }

  private static String json(CompiledModel m, MemoryMap map) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("model", m.name());
    root.put("imagesPerStart", m.images());
    root.put("jobs", m.jobs().size());
    Map<String, Object> regions = new LinkedHashMap<>();
    regions.put("program", region(map.program(), PROGRAM));
    regions.put("model", region(map.model(), IMAGE));
    regions.put("input", region(map.input(), null));
    regions.put("output", region(map.output(), null));
    root.put("regions", regions);
    Architecture a = m.architecture();
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("tokens", m.input().tokens());
    input.put("patchDim", m.input().patchDim());
    input.put("rows", a.rows());
    input.put("depth", a.depth());
    input.put("depthWords", m.input().depthWords());
    root.put("inputLayout", input);
    Map<String, Object> output = new LinkedHashMap<>();
    output.put("classes", m.output().classes());
    output.put("rows", a.rows());
    output.put("columns", a.requantColumns());
    root.put("outputLayout", output);
    try {
      return JsonMapper.builder()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .build()
              .writeValueAsString(root)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> region(MemoryMap.Region r, String file) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("address", r.address());
    json.put("bytes", r.bytes());
    if (file != null) {
      json.put("file", file);
    }
    return json;
  }
}
