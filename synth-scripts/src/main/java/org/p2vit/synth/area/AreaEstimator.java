package org.p2vit.synth.area;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.p2vit.model.InputException;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.synth.ResultCache;
import org.p2vit.synth.circt.BoundaryModel;
import org.p2vit.synth.circt.CirctTools;
import org.p2vit.synth.circt.HwDesign;
import org.p2vit.synth.circt.HwInstance;
import org.p2vit.synth.circt.HwModule;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.CacheDirectory;

/**
 * Estimates the area and logic depth of emitted SystemVerilog. Each distinct module is synthesized
 * once, by itself, several at a time, and kept in a cache by its content, so that designs which
 * share modules share the work. Safe for any number of threads and processes.
 */
public final class AreaEstimator {
  /** LUTs have at least so many inputs. */
  public static final int LEAST_LUT_INPUTS = 3;

  /** And at most so many. */
  public static final int MOST_LUT_INPUTS = 6;

  private final CirctTools tools = new CirctTools();
  private final ResultCache cache;
  private final int parallelism;

  /** With the user's cache, on all cores. */
  public AreaEstimator() {
    this(new ResultCache(CacheDirectory.of("area")), Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param parallelism modules at a time
   */
  public AreaEstimator(ResultCache cache, int parallelism) {
    this.cache = cache;
    this.parallelism = parallelism;
  }

  /**
   * @param lutInputs K: 6 for most FPGAs, 4 for small ones
   * @throws InputException if the sources cannot be read
   */
  public AreaEstimate estimate(EmittedRtl rtl, int lutInputs, BuildProgress progress) {
    if (lutInputs < LEAST_LUT_INPUTS || lutInputs > MOST_LUT_INPUTS) {
      throw new InputException(
          "LUTs of "
              + lutInputs
              + " inputs; accepted: "
              + LEAST_LUT_INPUTS
              + " to "
              + MOST_LUT_INPUTS);
    }
    progress.at("reading " + rtl.top(), 0, 0);
    ImportedRtl imported = ImportedRtl.of(rtl, tools, cache);
    HwDesign design = imported.design();
    Map<String, Long> counts = new TreeMap<>(design.instanceCounts(rtl.top()));
    List<AreaEstimate.Memory> memories = new ArrayList<>();
    List<HwModule> modules = new ArrayList<>();
    counts.forEach(
        (name, count) -> {
          MemoryShape memory = imported.memories().get(name);
          if (memory == null) {
            modules.add(design.module(name));
          } else {
            memories.add(new AreaEstimate.Memory(name, count, memory));
          }
        });
    Map<String, MappedModule> mapped = new TreeMap<>();
    Map<String, String> failures = new TreeMap<>();
    synthesize(modules, design, lutInputs, mapped, failures, progress);
    progress.at("longest paths of " + rtl.top(), 0, 0);
    Map<DesignPart, CriticalPath> paths =
        new PathAnalysis(tools, cache)
            .longest(linked(imported, counts, mapped, lutInputs), rtl.top());
    Map<DesignPart, Resources> parts = new EnumMap<>(DesignPart.class);
    addUp(imported, rtl.top(), DesignPart.BUFFERS, mapped, parts);
    return new AreaEstimate(
        rtl.top(),
        lutInputs,
        parts.entrySet().stream()
            .map(e -> new AreaEstimate.Part(e.getKey(), e.getValue(), paths.get(e.getKey())))
            .toList(),
        parts.values().stream().reduce(Resources.NONE, Resources::plus),
        mapped.entrySet().stream()
            .map(
                e ->
                    new AreaEstimate.Module(
                        e.getKey(), counts.get(e.getKey()), e.getValue().logic()))
            .toList(),
        memories,
        failures.entrySet().stream()
            .map(
                e ->
                    new AreaEstimate.Unsynthesized(
                        e.getKey(), counts.get(e.getKey()), e.getValue()))
            .toList());
  }

  private void synthesize(
      List<HwModule> modules,
      HwDesign design,
      int lutInputs,
      Map<String, MappedModule> mapped,
      Map<String, String> failures,
      BuildProgress progress) {
    ModuleSynthesizer synthesizer = new ModuleSynthesizer(tools, cache, lutInputs);
    String step = "synthesizing modules";
    AtomicInteger done = new AtomicInteger();
    progress.at(step, 0, modules.size());
    ExecutorService pool = Executors.newFixedThreadPool(parallelism);
    try {
      Map<String, Future<MappedModule>> results = new LinkedHashMap<>();
      // Large ones first: the last to finish should be a small one.
      List<HwModule> bySize =
          modules.stream()
              .sorted((a, b) -> Integer.compare(b.body().length(), a.body().length()))
              .toList();
      for (HwModule module : bySize) {
        results.put(
            module.name(),
            pool.submit(
                () -> {
                  MappedModule result = synthesizer.synthesize(module, design);
                  progress.at(step, done.incrementAndGet(), modules.size());
                  return result;
                }));
      }
      for (Map.Entry<String, Future<MappedModule>> e : results.entrySet()) {
        try {
          mapped.put(e.getKey(), e.getValue().get());
        } catch (ExecutionException failure) {
          if (!(failure.getCause() instanceof InputException)) {
            throw new IllegalStateException("module " + e.getKey(), failure.getCause());
          }
          failures.put(e.getKey(), failure.getCause().getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("the area estimation was interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }

  /** All modules for the path analysis; what is not mapped is replaced by a model. */
  private static List<HwModule> linked(
      ImportedRtl imported,
      Map<String, Long> counts,
      Map<String, MappedModule> mapped,
      int lutInputs) {
    List<HwModule> linked = new ArrayList<>();
    for (String name : counts.keySet()) {
      MappedModule module = mapped.get(name);
      MemoryShape memory = imported.memories().get(name);
      HwModule original = imported.design().module(name);
      linked.add(
          module != null
              ? module.netlist()
              : memory != null && memory.asynchronousRead()
                  ? BoundaryModel.asynchronousRead(original, lutInputs)
                  : BoundaryModel.registered(original));
    }
    return linked;
  }

  /** Adds a module and all below it to the parts that they belong to. */
  private static void addUp(
      ImportedRtl imported,
      String module,
      DesignPart around,
      Map<String, MappedModule> mapped,
      Map<DesignPart, Resources> parts) {
    DesignPart part = DesignPart.of(module, around);
    MemoryShape memory = imported.memories().get(module);
    if (memory != null) {
      parts.merge(part, Resources.of(memory), Resources::plus);
      return;
    }
    if (mapped.containsKey(module)) {
      parts.merge(part, Resources.of(mapped.get(module).logic()), Resources::plus);
    }
    for (HwInstance instance : imported.design().module(module).instances()) {
      addUp(imported, instance.module(), part, mapped, parts);
    }
  }
}
