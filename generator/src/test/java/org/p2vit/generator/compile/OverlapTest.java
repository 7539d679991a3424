package org.p2vit.generator.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.cycles.CycleModel;
import org.p2vit.generator.cycles.JobCycles;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.verify.VerificationReport;
import org.p2vit.generator.verify.Verifier;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.RandomModels;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;

/** Programs of random models with each kind of overlap switched off. */
class OverlapTest {
  private static final int MODELS = 40;
  private static final Overlap NONE = new Overlap(false, false);
  private static final Overlap INTER_ONLY = new Overlap(true, false);
  private static final Overlap INTRA_ONLY = new Overlap(false, true);

  private static CompileOptions options(RandomDesign design, Overlap overlap) {
    return CompileOptions.DEFAULT.withImages(design.images()).withOverlap(overlap);
  }

  private static Timed timed(RandomDesign design, Overlap overlap) {
    Architecture arch = design.architecture();
    Schedule schedule = ModelCompiler.schedule(design.model(), arch, options(design, overlap));
    var p = CycleModel.predict(schedule.program(), arch, new MemoryTiming(30));
    return new Timed(p.total(), schedule.jobs(), p.jobs());
  }

  /** When the jobs of a program run; END is left out. */
  private record Timed(long total, List<TracedJob> jobs, List<JobCycles> cycles) {}

  @Test
  void resultsAreTheSame() {
    for (long seed = 1; seed <= MODELS; seed++) {
      RandomDesign c = RandomDesign.of(seed);
      for (Overlap overlap : List.of(NONE, INTER_ONLY, INTRA_ONLY)) {
        CompiledModel compiled =
            ModelCompiler.compile(c.model(), c.architecture(), options(c, overlap));
        List<byte[]> inputs = new ArrayList<>();
        for (int i = 0; i < compiled.images(); i++) {
          inputs.add(RandomModels.input(seed * 10 + i, compiled.shape()));
        }
        var schedule = org.p2vit.verif.emulator.Schedule.adversarial(seed);
        EmulatedRun run = EmulatedRun.of(compiled, inputs, schedule, seed);
        Verifier verifier = new Verifier(compiled, new GoldenModel(c.model()));
        for (VerificationReport report : verifier.verify(inputs, run.taps(), run.output())) {
          String what = "seed " + seed + ", " + overlap + ": ";
          assertTrue(report.exact(), () -> what + report.summary() + "\n" + c.architecture());
        }
      }
    }
  }

  @Test
  void withoutAnyOverlapOneJobRunsAtATime() {
    for (long seed = 1; seed <= MODELS; seed++) {
      Timed t = timed(RandomDesign.of(seed), NONE);
      long done = -1;
      for (int i = 0; i < t.cycles().size(); i++) {
        String what = "seed " + seed + ", job " + i + ", " + t.jobs().get(i).purpose();
        assertTrue(t.cycles().get(i).firstDone() > done, what);
        done = t.cycles().get(i).lastDone();
      }
    }
  }

  /** Inside a head softmax and shifter wait for all rows; other heads go on meanwhile. */
  @Test
  void withoutIntraLayerOverlapChunksDoNotFollowRowByRow() {
    for (long seed = 1; seed <= MODELS; seed++) {
      Timed t = timed(RandomDesign.of(seed), INTER_ONLY);
      for (int i = 1; i < t.cycles().size(); i++) {
        Chunk chunk = t.jobs().get(i).job().chunk().orElseThrow();
        if (chunk == Chunk.SHIFTER || chunk == Chunk.SOFTMAX) {
          // What it reads is made by the compute job ahead of it.
          int producer = i - 1;
          while (t.jobs().get(producer).tap().isEmpty()) {
            producer--;
          }
          String what = "seed " + seed + ", job " + i + ", " + t.jobs().get(i).purpose();
          assertTrue(t.cycles().get(i).firstDone() > t.cycles().get(producer).lastDone(), what);
        }
      }
    }
  }

  /** The first product of a head comes after the last row of the head before it. */
  @Test
  void withoutInterLayerOverlapHeadsFollowEachOther() {
    int checked = 0;
    for (long seed = 1; seed <= MODELS; seed++) {
      Timed t = timed(RandomDesign.of(seed), INTRA_ONLY);
      long context = -1;
      for (int i = 0; i < t.cycles().size(); i++) {
        String purpose = t.jobs().get(i).purpose();
        if (context >= 0) {
          String what = "seed " + seed + ", job " + i + ", " + purpose;
          assertTrue(t.cycles().get(i).firstDone() > context, what);
          checked++;
        }
        context = purpose.endsWith("context") ? t.cycles().get(i).lastDone() : context;
      }
    }
    assertTrue(checked > 0);
  }

  @Test
  void everyOverlapSavesTime() {
    long full = 0;
    long inter = 0;
    long intra = 0;
    long none = 0;
    for (long seed = 1; seed <= MODELS; seed++) {
      RandomDesign c = RandomDesign.of(seed);
      full += timed(c, Overlap.FULL).total();
      inter += timed(c, INTER_ONLY).total();
      intra += timed(c, INTRA_ONLY).total();
      none += timed(c, NONE).total();
    }
    String all = full + ", " + inter + ", " + intra + ", " + none;
    assertTrue(full < inter && full < intra && inter < none && intra < none, all);
  }

  @Test
  void fullOverlapIsTheDefault() {
    RandomDesign c = RandomDesign.of(3);
    assertEquals(
        ModelCompiler.schedule(c.model(), c.architecture(), 1).program(),
        ModelCompiler.schedule(c.model(), c.architecture(), CompileOptions.DEFAULT).program());
  }
}
