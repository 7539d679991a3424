package org.p2vit.verif;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.p2vit.model.InputException;
import org.p2vit.model.io.Directories;
import org.p2vit.model.io.Scratch;
import org.p2vit.model.io.Sha256;

/**
 * Turns SystemVerilog and a C++ harness into an executable, by Verilator and g++, and keeps it in a
 * cache under the SHA-256 of all that went in (sources, flags, Verilator's version).
 *
 * <p>Safe for any number of threads and processes on one cache: an entry is built in a directory of
 * its own and published by one rename; a lock file per entry keeps others from building it twice.
 */
public final class VerilatorBuild {

  private static final String EXECUTABLE = "sim";
  private static final Map<Path, Object> LOCKS = new ConcurrentHashMap<>();

  private final Path cache;
  private final String verilator;
  private final String compiler;
  private final int parallelism;

  /** Builds in {@link #defaultCache()} with two compiler processes. */
  public VerilatorBuild() {
    this(defaultCache());
  }

  /** Builds in the given cache directory (created if absent) with two compiler processes. */
  public VerilatorBuild(Path cache) {
    this(cache, "verilator", "g++", 2);
  }

  /**
   * @param verilator command that runs Verilator
   * @param compiler command that runs the C++ compiler
   * @param parallelism compiler processes at once
   */
  VerilatorBuild(Path cache, String verilator, String compiler, int parallelism) {
    this.cache = cache.toAbsolutePath().normalize();
    this.verilator = verilator;
    this.compiler = compiler;
    this.parallelism = parallelism;
  }

  /** {@link CacheDirectory} of Verilator's builds. */
  public static Path defaultCache() {
    return CacheDirectory.of("verilator");
  }

  /**
   * The executable for a request, from the cache or newly built.
   *
   * @throws InputException if a tool is missing, the cache cannot be written or the build fails;
   *     the message then names the log file
   */
  @SuppressWarnings("try") // the file lock is held, not used
  public Path build(BuildRequest request, BuildProgress progress) {
    List<String> versions = List.of(version(verilator, "verilator"), version(compiler, "g++"));
    List<String> flags = verilatorFlags(request);
    List<String> makeFlags = makeFlags(request.effort());
    List<String> designFlags = List.of("--top-module", request.top());
    List<String> allFlags = Stream.of(flags, designFlags).flatMap(List::stream).toList();
    String key = key(versions, allFlags, makeFlags, request.verilog(), request.harness());
    String runtimeKey = key(versions, flags, makeFlags, List.of(), List.of());
    RuntimeObjects runtime = new RuntimeObjects(cache.resolve("runtime-" + runtimeKey));
    Path entry = cache.resolve(key);
    Path executable = entry.resolve(EXECUTABLE);
    if (Files.isExecutable(executable)) {
      return executable;
    }
    if (cache.toString().matches(".*\\s.*")) {
      throw new InputException(
          "cache directory "
              + cache
              + ": GNU Make cannot build in a path with spaces; set "
              + CacheDirectory.VARIABLE
              + " to another directory");
    }
    try {
      Files.createDirectories(cache);
      Path lockFile = cache.resolve(key + ".lock");
      // A FileLock holds off other processes only, hence the monitor for our own threads.
      synchronized (LOCKS.computeIfAbsent(entry, k -> new Object())) {
        try (FileChannel channel =
                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock()) {
          if (!Files.isExecutable(executable)) {
            try (Scratch scratch = Scratch.in(cache, "build-")) {
              run(request, allFlags, makeFlags, runtime, scratch.directory(), key, progress);
              publish(scratch.directory(), entry);
            }
          }
        }
      }
      Files.deleteIfExists(lockFile);
      return executable;
    } catch (IOException e) {
      throw new InputException(
          "cannot write the build cache "
              + cache
              + ": "
              + describe(e)
              + "; set "
              + CacheDirectory.VARIABLE,
          e);
    }
  }

  private void run(
      BuildRequest request,
      List<String> flags,
      List<String> makeFlags,
      RuntimeObjects runtime,
      Path directory,
      String key,
      BuildProgress progress)
      throws IOException {
    Path objects = directory.resolve("obj");
    Path log = directory.resolve("build.log");
    Path sources = Files.createDirectory(directory.resolve("src"));
    List<String> command = new ArrayList<>(List.of(verilator));
    command.addAll(flags);
    command.addAll(List.of("--Mdir", objects.toString(), "-o", EXECUTABLE));
    command.add("-I" + sources);
    command.addAll(List.of("-CFLAGS", "-I" + sources));
    List<BuildRequest.Source> all = new ArrayList<>(request.verilog());
    all.addAll(request.harness());
    for (BuildRequest.Source source : all) {
      Path file = Files.write(sources.resolve(source.name()), source.content());
      if (!isHeader(source.name())) {
        command.add(file.toString());
      }
    }
    progress.at("verilating " + request.top(), 0, 0);
    execute(command, directory, log, key, request, () -> {});
    long total =
        files(objects, ".cpp") + request.harness().stream().filter(VerilatorBuild::isCpp).count();
    List<String> make =
        new ArrayList<>(
            List.of("make", "-C", objects.toString(), "-f", "Vtop.mk", "-j", "" + parallelism));
    make.addAll(makeFlags);
    make.add("CXX=" + compiler);
    make.add("LINK=" + compiler);
    make.add(EXECUTABLE);
    String step = "compiling " + request.top();
    progress.at(step, 0, (int) total);
    execute(
        make,
        directory,
        log,
        key,
        request,
        () -> progress.at(step, (int) Math.min(total, files(objects, ".o")), (int) total));
    progress.at(step, (int) total, (int) total);
    runtime.keepFrom(objects, Files.createDirectory(directory.resolve("runtime")));
  }

  private void execute(
      List<String> command,
      Path directory,
      Path log,
      String key,
      BuildRequest request,
      Runnable tick)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // The messages go into a log for people and programs: always the same language.
    builder.environment().put("LC_ALL", "C");
    int status;
    try (ChildProcess child = ChildProcess.start(builder)) {
      child.process().getOutputStream().close();
      status = child.await(tick);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("the build of " + request.top() + " was interrupted", e);
    }
    if (status != 0) {
      Path kept = cache.resolve(key + ".log");
      Files.move(log, kept, StandardCopyOption.REPLACE_EXISTING);
      throw new InputException(
          "building the simulation of "
              + request.top()
              + " failed ("
              + command.get(0)
              + " returned "
              + status
              + "): "
              + firstError(kept)
              + "\nlog: "
              + kept);
    }
  }

  /** Moves the executable to its place under the cache, in one step. */
  private static void publish(Path temporary, Path entry) throws IOException {
    Path ready = Files.createDirectory(temporary.resolve("ready"));
    Files.move(temporary.resolve("obj").resolve(EXECUTABLE), ready.resolve(EXECUTABLE));
    Files.move(temporary.resolve("build.log"), ready.resolve("build.log"));
    if (Files.isExecutable(entry.resolve(EXECUTABLE))) {
      return; // another was faster
    }
    Directories.delete(entry);
    Files.move(ready, entry, StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<String> verilatorFlags(BuildRequest request) {
    List<String> flags = new ArrayList<>(List.of("--cc", "--exe", "--prefix", "Vtop"));
    flags.addAll(List.of("-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert"));
    // Emitted RTL is linted by its own tests; here a warning must not stop a build.
    flags.addAll(List.of("-Wno-lint", "-Wno-style", "-Wno-fatal"));
    // Several files of moderate size compile in parallel.
    flags.addAll(List.of("--output-split", "12000", "--output-split-cfuncs", "3000"));
    flags.addAll(List.of("-CFLAGS", "-std=c++17"));
    switch (request.waveform()) {
      case NONE -> {}
      case FST -> flags.addAll(List.of("--trace-fst", "-CFLAGS", "-DP2VIT_FST"));
      case VCD -> flags.addAll(List.of("--trace", "-CFLAGS", "-DP2VIT_VCD"));
    }
    flags.addAll(request.flags());
    return flags;
  }

  private static List<String> makeFlags(BuildRequest.Effort effort) {
    return switch (effort) {
      case QUICK -> List.of("OPT_FAST=-O1", "OPT_SLOW=-O0", "OPT_GLOBAL=-O1");
      case FULL -> List.of("OPT_FAST=-O2", "OPT_SLOW=-O0", "OPT_GLOBAL=-O2");
    };
  }

  /** Names a cache entry by all that determines its content. */
  private static String key(
      List<String> versions,
      List<String> flags,
      List<String> makeFlags,
      List<BuildRequest.Source> verilog,
      List<BuildRequest.Source> harness) {
    MessageDigest digest = Sha256.digest();
    for (List<String> texts : List.of(versions, flags, makeFlags)) {
      update(digest, texts.size());
      texts.forEach(text -> update(digest, text.getBytes(StandardCharsets.UTF_8)));
    }
    for (List<BuildRequest.Source> sources : List.of(verilog, harness)) {
      update(digest, sources.size());
      for (BuildRequest.Source source : sources) {
        update(digest, source.name().getBytes(StandardCharsets.UTF_8));
        update(digest, source.content());
      }
    }
    return Sha256.hex(digest).substring(0, 40);
  }

  private static void update(MessageDigest digest, int n) {
    digest.update(new byte[] {(byte) (n >> 24), (byte) (n >> 16), (byte) (n >> 8), (byte) n});
  }

  // With its length, so that no two different lists have the same bytes.
  private static void update(MessageDigest digest, byte[] bytes) {
    update(digest, bytes.length);
    digest.update(bytes);
  }

  private static String version(String tool, String debianPackage) {
    ChildProcess child;
    try {
      child = ChildProcess.start(new ProcessBuilder(tool, "--version").redirectErrorStream(true));
    } catch (IOException e) {
      throw new InputException(
          tool
              + " is not installed; the simulation needs the Debian packages verilator, g++, make and"
              + " zlib1g-dev: sudo apt-get install "
              + debianPackage,
          e);
    }
    try (child) {
      return new String(child.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new InputException(tool + " --version: " + describe(e), e);
    }
  }

  private static String firstError(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .filter(l -> l.contains("rror")) // Verilator's %Error and g++'s error:
          .findFirst()
          .orElse("no error message in the log");
    }
  }

  private static boolean isHeader(String name) {
    return name.endsWith(".h") || name.endsWith(".svh");
  }

  private static boolean isCpp(BuildRequest.Source source) {
    return source.name().endsWith(".cpp");
  }

  private static long files(Path directory, String suffix) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(f -> f.toString().endsWith(suffix)).count();
    } catch (IOException e) {
      return 0;
    }
  }

  private static String describe(IOException e) {
    String message = e.getMessage();
    return e.getClass().getSimpleName() + (message == null ? "" : " " + message);
  }
}
