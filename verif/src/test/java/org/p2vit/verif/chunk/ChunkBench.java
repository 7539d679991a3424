package org.p2vit.verif.chunk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.VerilatorBuild;

/**
 * One chunk alone, as an executable that takes {@link BenchStimulus} and gives {@link BenchEvent}s.
 */
final class ChunkBench {
  private static final int MAX_MINUTES = 10;

  private final Path executable;
  private final Path directory;
  private final Map<String, Integer> portBits = new HashMap<>();

  private ChunkBench(Path executable, Path directory, List<ModulePort> ports) {
    this.executable = executable;
    this.directory = directory;
    ports.forEach(p -> portBits.put(p.name(), p.bits()));
  }

  /**
   * Emits and builds a chunk.
   *
   * @param module its name, such as {@code MatMul}
   * @param directory for the SystemVerilog, the stimuli and the logs
   */
  static ChunkBench build(Architecture arch, String module, Path directory) throws IOException {
    EmittedRtl rtl = RtlEmitter.create().emitChunk(arch, module, directory);
    String top = Files.readString(rtl.directory().resolve(module + ".sv"));
    List<ModulePort> ports = ModulePort.parse(top, module);
    BuildRequest request =
        BuildRequest.of(
            module,
            rtl.paths(),
            BuildRequest.Source.resource(ChunkBench.class, "chunk_bench.cpp"),
            BuildRequest.Source.resource(ChunkBench.class, "axi_memory.h"),
            BuildRequest.Source.of("chunk_ports.h", binding(ports)));
    Path executable = new VerilatorBuild().build(request, BuildProgress.NONE);
    return new ChunkBench(executable, directory, ports);
  }

  private static String binding(List<ModulePort> ports) {
    StringBuilder text = new StringBuilder("void bindPorts(Vtop& top, Ports& ports) {\n");
    for (ModulePort p : ports) {
      text.append("  ports.add(\"").append(p.name()).append("\", &top.").append(p.verilogName());
      text.append(", ").append(p.bits()).append(");\n");
    }
    return text.append("}\n").toString();
  }

  /** Width of a port by its name without {@code io_}. */
  int bits(String port) {
    return portBits.get(port);
  }

  List<BenchEvent> run(BenchStimulus stimulus) {
    try {
      Path in = Files.write(directory.resolve("stimulus.bin"), stimulus.bytes());
      Path out = directory.resolve("log.bin");
      Process process =
          new ProcessBuilder(executable.toString(), in.toString(), out.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("messages.txt").toFile())
              .start();
      if (!process.waitFor(MAX_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new InputException("the chunk bench did not end in " + MAX_MINUTES + " minutes");
      }
      if (process.exitValue() != 0) {
        throw new InputException(Files.readString(directory.resolve("messages.txt")));
      }
      return BenchLog.parse(Files.readAllBytes(out), portBits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("interrupted", e);
    }
  }
}
