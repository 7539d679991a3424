package org.p2vit.generator.cycles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.RandomDesign;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.model.QuantizedModel;

/** What must hold of every prediction, whatever the model and the architecture. */
class CycleModelTest {
  private static final int DESIGNS = 40;

  private record Case(long seed, QuantizedModel model, Schedule schedule) {
    static Case of(long seed) {
      RandomDesign design =
          seed % 2 == 0 ? RandomDesign.withSlowLayerNorm(seed) : RandomDesign.of(seed);
      QuantizedModel model = design.model();
      int images = 1 + (int) (seed % 3);
      return new Case(seed, model, ModelCompiler.schedule(model, design.architecture(), images));
    }

    CyclePrediction predict(int latency) {
      return CycleModel.predict(
          schedule.program(), schedule.architecture(), new MemoryTiming(latency));
    }
  }

  @Test
  void cyclesOfTheArrayAddUpToTheTotal() {
    for (long seed = 1; seed <= DESIGNS; seed++) {
      CyclePrediction p = Case.of(seed).predict(30);
      long idle = 0;
      for (LossCause cause : LossCause.values()) {
        idle += p.idle(cause);
      }
      assertEquals(p.total(), p.busy() + idle, "seed " + seed);
    }
  }

  @Test
  void layersAddUpToTheTotal() {
    for (long seed = 1; seed <= DESIGNS; seed++) {
      Case c = Case.of(seed);
      CycleReport report = CycleReport.of(c.model(), c.schedule(), c.predict(30));
      double layers = report.layers().stream().mapToDouble(CycleReport.Layer::cycles).sum();
      assertEquals(report.total(), layers, 1e-6 * report.total(), "seed " + seed);
      double macs = c.model().multiplierMacs() * report.images();
      double ideal = macs / c.schedule().architecture().macs();
      assertEquals(ideal, report.useful(), 1e-9 * ideal, "seed " + seed);
      assertTrue(report.losses().getOrDefault(LossCause.PADDING, 0.0) > -1e-6, "seed " + seed);
    }
  }

  @Test
  void moreLatencyNeverHelpsMuch() {
    for (long seed = 1; seed <= DESIGNS; seed++) {
      Case c = Case.of(seed);
      long before = c.predict(1).total();
      for (int latency : new int[] {10, 100, 1000}) {
        long total = c.predict(latency).total();
        // A burst more or less before a job's can shift the order at the port by a little.
        assertTrue(total > 0.99 * before, "seed " + seed + ", latency " + latency);
        before = total;
      }
    }
  }

  @Test
  void jobsOfAChunkFollowEachOther() {
    for (long seed = 1; seed <= DESIGNS; seed++) {
      Case c = Case.of(seed);
      CyclePrediction p = c.predict(30);
      long[] taken = new long[8];
      long[] done = new long[8];
      for (int i = 0; i < p.jobs().size(); i++) {
        int chunk = c.schedule().program().get(i).chunk().orElseThrow().ordinal();
        JobCycles job = p.jobs().get(i);
        String what = "seed " + seed + ", job " + i;
        assertTrue(taken[chunk] < job.taken(), what);
        assertTrue(done[chunk] < job.firstDone(), what);
        assertTrue(job.taken() < job.firstDone() && job.firstDone() <= job.lastDone(), what);
        assertTrue(job.lastDone() < p.total(), what);
        taken[chunk] = job.taken();
        done[chunk] = job.lastDone();
      }
    }
  }
}
