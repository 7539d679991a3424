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
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;

/** Programs of random models with each kind of overlap switched off. */
class OverlapTest {
  private static final int MODELS = 40;
  private static final Overlap NONE = new Overlap(false, false);
  private static final Overlap INTER_ONLY = new Overlap(true, false);
  private static final Overlap INTRA_ONLY = new Overlap(false, true);

  /** A random model and an architecture for it. */
  private record Case(long seed, QuantizedModel model, Architecture arch, int images) {
    static Case of(long seed) {
      RandomArchitectures architectures = new RandomArchitectures(seed);
      Architecture core = architectures.core(16);
      VitShape shape = architectures.shape(core);
      RandomModels.WeightBits[] bits = RandomModels.WeightBits.values();
      QuantizedModel model =
          RandomModels.model(seed, shape, bits[(int) (seed % bits.length)], 16, 7);
      Architecture arch = architectures.withBuffers(core, shape, true);
      return new Case(seed, model, arch, architectures.images());
    }

    CompileOptions options(Overlap overlap) {
      return CompileOptions.DEFAULT.withImages(images).withOverlap(overlap);
    }

    Timed timed(Overlap overlap) {
      Schedule schedule = ModelCompiler.schedule(model, arch, options(overlap));
      var p = CycleModel.predict(schedule.program(), arch, new MemoryTiming(30));
      return new Timed(p.total(), schedule.jobs(), p.jobs());
    }
  }

  /** When the jobs of a program run; END is left out. */
  private record Timed(long total, List<TracedJob> jobs, List<JobCycles> cycles) {}

  @Test
  void resultsAreTheSame() {
    for (long seed = 1; seed <= MODELS; seed++) {
      Case c = Case.of(seed);
      for (Overlap overlap : List.of(NONE, INTER_ONLY, INTRA_ONLY)) {
        CompiledModel compiled = ModelCompiler.compile(c.model(), c.arch(), c.options(overlap));
        List<byte[]> inputs = new ArrayList<>();
        for (int i = 0; i < compiled.images(); i++) {
          inputs.add(RandomModels.input(seed * 10 + i, compiled.shape()));
        }
        var schedule = org.p2vit.verif.emulator.Schedule.adversarial(seed);
        EmulatedRun run = EmulatedRun.of(compiled, inputs, schedule, seed);
        Verifier verifier = new Verifier(compiled, new GoldenModel(c.model()));
        for (VerificationReport report : verifier.verify(inputs, run.taps(), run.output())) {
          String what = "seed " + seed + ", " + overlap + ": ";
          assertTrue(report.exact(), () -> what + report.summary() + "\n" + c.arch());
        }
      }
    }
  }

  @Test
  void withoutAnyOverlapOneJobRunsAtATime() {
    for (long seed = 1; seed <= MODELS; seed++) {
      Timed t = Case.of(seed).timed(NONE);
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
      Timed t = Case.of(seed).timed(INTER_ONLY);
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
      Timed t = Case.of(seed).timed(INTRA_ONLY);
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
      Case c = Case.of(seed);
      full += c.timed(Overlap.FULL).total();
      inter += c.timed(INTER_ONLY).total();
      intra += c.timed(INTRA_ONLY).total();
      none += c.timed(NONE).total();
    }
    String all = full + ", " + inter + ", " + intra + ", " + none;
    assertTrue(full < inter && full < intra && inter < none && intra < none, all);
  }

  @Test
  void fullOverlapIsTheDefault() {
    Case c = Case.of(3);
    assertEquals(
        ModelCompiler.schedule(c.model(), c.arch(), 1).program(),
        ModelCompiler.schedule(c.model(), c.arch(), CompileOptions.DEFAULT).program());
  }
}
