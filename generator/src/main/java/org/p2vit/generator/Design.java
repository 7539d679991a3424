package org.p2vit.generator;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.p2vit.generator.compile.CompileOptions;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.HostFiles;
import org.p2vit.generator.compile.MemoryMap;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.fit.ArchitectureJson;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RtlEmitter;

/**
 * Everything that is needed to build and run the accelerator for one model, as written into a
 * directory:
 *
 * <ul>
 *   <li>{@code rtl/}: SystemVerilog, one module a file, and the file list {@code P2vit.f}
 *   <li>{@code arch.json}: the architecture
 *   <li>{@code program.bin}, {@code image.bin}: jobs, and weights with parameters, to be put into
 *       memory
 *   <li>{@code memory-map.json}: where
 *   <li>{@code p2vit.h}: registers and addresses for a driver in C
 * </ul>
 *
 * @param directory of all that
 * @param rtl the emitted modules
 * @param compiled program and memory image
 * @param map where the host puts program, image, input and output
 * @param artifacts what was written
 */
public record Design(
    Path directory, EmittedRtl rtl, CompiledModel compiled, MemoryMap map, List<Path> artifacts) {
  private static final String ARCHITECTURE = "arch.json";

  /**
   * Where the memory map begins, if there are addresses as large; the program holds offsets only,
   * so that any other place works as well.
   */
  private static final long BASE = 0x1000_0000L;

  /**
   * Compiles first, so that a model that does not fit the architecture leaves nothing behind. Files
   * of an earlier design are replaced.
   *
   * @throws org.p2vit.model.InputException if the model does not fit or the directory cannot be
   *     written
   */
  public static Design make(QuantizedModel model, Architecture architecture, Path directory) {
    return make(model, architecture, CompileOptions.DEFAULT, directory);
  }

  /** The same with a program as wished. */
  public static Design make(
      QuantizedModel model, Architecture architecture, CompileOptions options, Path directory) {
    CompiledModel compiled = ModelCompiler.compile(model, architecture, options);
    EmittedRtl rtl = RtlEmitter.create().emit(architecture, directory.resolve("rtl"));
    ArchitectureJson.write(architecture, directory.resolve(ARCHITECTURE));
    List<Path> artifacts = new ArrayList<>();
    artifacts.add(directory.resolve("rtl").resolve(rtl.fileList()));
    artifacts.add(directory.resolve(ARCHITECTURE));
    MemoryMap map =
        MemoryMap.of(compiled, BASE >> architecture.axi().addressBits() == 0 ? BASE : 0);
    artifacts.addAll(HostFiles.write(compiled, map, directory));
    return new Design(directory, rtl, compiled, map, List.copyOf(artifacts));
  }
}
