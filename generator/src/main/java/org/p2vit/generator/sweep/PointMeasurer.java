package org.p2vit.generator.sweep;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.generator.timeline.TimelineSvg;
import org.p2vit.generator.verify.NoiseImages;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.Directories;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.area.AreaEstimator;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.Simulation.AxiBehaviour;

/** Builds, simulates and synthesizes the design of one point in its folder. */
public final class PointMeasurer {
  private static final long STALL_SEED = 1;
  private static final String LOG = "error.log";
  private static final String DESIGN = "design";
  private static final int LUT_INPUTS = 6;

  /** What each chunk did when, in a point's folder. */
  static final String TIMELINE = "timeline.svg";

  private PointMeasurer() {}

  /**
   * Measures a point, unless its folder holds the result. Whatever goes wrong becomes part of the
   * result, with more in {@code error.log}.
   *
   * @param directory with a {@link PointJob}
   */
  public static Measurement measure(Path directory) {
    PointJob job = PointJob.read(directory);
    SweepPoint point = job.point();
    Measurement earlier = Measurement.read(directory).filter(Measurement::done).orElse(null);
    if (earlier != null) {
      return earlier;
    }
    Measurement result;
    try {
      result = measure(point, ModelFiles.read(Path.of(job.model())), directory);
    } catch (RuntimeException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      AtomicFiles.write(directory, Map.of(LOG, trace.toString().getBytes(StandardCharsets.UTF_8)));
      result = Measurement.failed(point.id(), e.getMessage() + " (" + directory.resolve(LOG) + ")");
    }
    result.write(directory);
    return result;
  }

  private static Measurement measure(SweepPoint point, QuantizedModel model, Path folder) {
    Path work = folder.resolve(DESIGN);
    Directories.delete(work);
    Design design = P2vit.generate(model, point.architecture(), work);
    RtlVerification v =
        P2vit.verify(
            model,
            design,
            new NoiseImages(model.shape(), 1),
            RtlVerification.Options.standard()
                .withAxi(AxiBehaviour.of(point.latency(), 0, STALL_SEED)),
            RtlVerification.SILENT);
    RtlVerification.StartResult start = v.starts().get(0);
    Map<String, Long> busy = new TreeMap<>();
    for (Chunk chunk : Chunk.values()) {
      busy.put(chunk.name(), start.counters().get(RegisterMap.valueOf(chunk + "_BUSY")));
    }
    start.execution().ifPresent(trace -> draw(design, trace, folder));
    AreaEstimate area = new AreaEstimator().estimate(design.rtl(), LUT_INPUTS, BuildProgress.NONE);
    if (!area.unsynthesized().isEmpty()) {
      AreaEstimate.Unsynthesized first = area.unsynthesized().get(0);
      throw new InputException("module " + first.module() + ": " + first.reason());
    }
    Map<String, Long> parts = new LinkedHashMap<>();
    area.parts().forEach(p -> parts.put(p.part().label(), p.resources().luts()));
    return new Measurement(
        point.id(),
        start.cycles(),
        v.exact(),
        v.elements(),
        busy,
        area.total().luts(),
        area.total().dspSlices(),
        parts,
        null);
  }

  private static void draw(Design design, ExecutionTrace trace, Path folder) {
    String svg = TimelineSvg.draw(design.compiled(), trace);
    AtomicFiles.write(folder, Map.of(TIMELINE, svg.getBytes(StandardCharsets.UTF_8)));
  }
}
