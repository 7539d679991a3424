package org.p2vit.synth.area;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.model.io.Scratch;
import org.p2vit.synth.ResultCache;
import org.p2vit.synth.circt.BoundaryModel;
import org.p2vit.synth.circt.CirctTools;
import org.p2vit.synth.circt.HwDesign;
import org.p2vit.synth.circt.HwModule;

/** Has {@code circt-synth} map single modules, those below them replaced by their boundaries. */
final class ModuleSynthesizer {
  /** Taken into account in the cache: raised when what is stored changes its meaning. */
  private static final String FORMAT = "1";

  private static final Duration AT_MOST = Duration.ofMinutes(20);

  private final CirctTools tools;
  private final ResultCache cache;
  private final int lutInputs;

  ModuleSynthesizer(CirctTools tools, ResultCache cache, int lutInputs) {
    this.tools = tools;
    this.cache = cache;
    this.lutInputs = lutInputs;
  }

  /**
   * From the cache, or newly made.
   *
   * @throws InputException if circt-synth cannot; the message names the log
   */
  MappedModule synthesize(HwModule module, HwDesign design) {
    List<HwModule> boundaries =
        module.instances().stream()
            .map(i -> i.module())
            .distinct()
            .map(n -> BoundaryModel.registered(design.module(n)))
            .toList();
    String text = text(module, boundaries);
    String key = ResultCache.key(FORMAT, tools.version(), "" + lutInputs, text);
    Optional<ModuleLogic> logic = cache.get(key).flatMap(ModuleSynthesizer::parse);
    Optional<String> netlist = cache.get(netlistKey(key));
    if (logic.isPresent() && netlist.isPresent()) {
      return new MappedModule(logic.get(), HwDesign.parse(netlist.get()).module(module.name()));
    }
    MappedModule made = run(module, boundaries, key);
    cache.put(netlistKey(key), HwDesign.text(List.of(made.netlist()), module.name()));
    cache.put(key, print(made.logic()));
    return made;
  }

  private MappedModule run(HwModule module, List<HwModule> boundaries, String key) {
    try (Scratch scratch = Scratch.in(cache.directory(), "work-")) {
      // Next to the cache's entries, so that it is there to be read after a failure.
      Path log = cache.log(key);
      MappedModule made = run(module, boundaries, scratch.directory(), log);
      Files.deleteIfExists(log);
      return made;
    } catch (IOException e) {
      throw FileErrors.cannot("write", cache.directory(), e);
    }
  }

  private MappedModule run(HwModule module, List<HwModule> boundaries, Path directory, Path log)
      throws IOException {
    MultiplierFinder multipliers = new MultiplierFinder(module);
    String whole = text(module, boundaries);
    Path netlist = directory.resolve("netlist.mlir");
    ResourceUsage luts = run(module.name(), whole, true, netlist, directory, log);
    ResourceUsage aig =
        run(module.name(), whole, false, directory.resolve("aig.mlir"), directory, log);
    long besideDsp = luts.luts();
    if (multipliers.any()) {
      List<HwModule> boxed = new ArrayList<>(boundaries);
      multipliers.boxes().stream().map(BoundaryModel::registered).forEach(boxed::add);
      String text = text(multipliers.withoutMultipliers(), boxed);
      besideDsp =
          run(module.name(), text, true, directory.resolve("dsp.mlir"), directory, log).luts();
    }
    ModuleLogic logic =
        new ModuleLogic(
            luts.luts(),
            besideDsp,
            aig.aigNodes(),
            luts.registers(),
            luts.levels(),
            aig.levels(),
            multipliers.multipliers().entrySet().stream()
                .map(e -> new ModuleLogic.Multipliers(e.getKey(), e.getValue()))
                .toList());
    return new MappedModule(logic, HwDesign.parse(Files.readString(netlist)).module(module.name()));
  }

  private ResourceUsage run(
      String top, String text, boolean mapped, Path output, Path directory, Path log)
      throws IOException {
    Path input = Files.writeString(directory.resolve("input.mlir"), text);
    Path reports = directory.resolve("reports");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                input.toString(),
                "--top",
                top,
                "--mlir-disable-threading", // modules are run side by side
                "--analysis-output=" + reports,
                "--analysis-output-format=json",
                "--output-longest-path-top-k-percent=1",
                "-o",
                output.toString()));
    if (mapped) {
      arguments.add("--lower-to-k-lut=" + lutInputs);
    }
    tools.synth().run(arguments, directory, log, AT_MOST);
    return ResourceUsage.read(reports);
  }

  private static String text(HwModule module, List<HwModule> boundaries) {
    return HwDesign.text(
        Stream.concat(Stream.of(module), boundaries.stream()).toList(), module.name());
  }

  private static String netlistKey(String key) {
    return key + "-netlist";
  }

  private static String print(ModuleLogic logic) {
    try {
      return Json.MAPPER.writeValueAsString(logic);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<ModuleLogic> parse(String json) {
    try {
      return Optional.of(Json.MAPPER.readValue(json, ModuleLogic.class));
    } catch (JsonProcessingException e) {
      return Optional.empty(); // damaged: made anew
    }
  }
}
