package org.p2vit.generator.cycles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.sweep.DesignGrid;
import org.p2vit.generator.sweep.SweepSpace;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;

/** Row blocks that are known at once, against the same one by one. */
class SteadyRowsTest {
  private static final int DESIGNS = 200;
  private static final int NEVER = Integer.MAX_VALUE;

  @Test
  void takeTheCyclesOfOneAfterTheOther() {
    long seed = 1;
    Random random = new Random(seed);
    VitShape shape = new VitShape(3, 224, 224, 16, 128, 2, 2, 256, 10);
    List<Architecture> designs = designs(shape);
    int steady = 0;
    for (int i = 0; i < DESIGNS; i++) {
      Architecture arch = designs.get(random.nextInt(designs.size()));
      ModelTraits traits = new ModelTraits(shape, random.nextBoolean(), 16, 7);
      QuantizedModel model = ModelOutline.of(traits).withBlocks(2);
      Schedule schedule = ModelCompiler.schedule(model, arch, 1 + random.nextInt(2));
      List<Job> program = schedule.program();
      MemoryTiming memory = new MemoryTiming(1 + random.nextInt(200));
      CycleModel atOnce = new CycleModel(program, arch, memory, 1);
      CyclePrediction expected = new CycleModel(program, arch, memory, NEVER).predict();
      CyclePrediction found = atOnce.predict();
      String message = "seed " + seed + ", design " + i + ": " + arch + ", " + memory;
      assertEquals(expected.total(), found.total(), message);
      assertEquals(expected.jobs(), found.jobs(), message);
      assertEquals(idle(program, expected), idle(program, found), message);
      steady += atOnce.steadyRows() > 0 ? 1 : 0;
    }
    assertTrue(steady > DESIGNS / 10, steady + " designs have steady row blocks");
  }

  private static List<Architecture> designs(VitShape shape) {
    SweepSpace space =
        new SweepSpace(
            List.of(256, 1024),
            null,
            List.of(8, 16, 32),
            List.of(4, 8, 16),
            List.of("8x16", "16x16", "16x32"),
            List.of(1, 2),
            List.of(1, 2, 3, 8, 32),
            List.of(1, 2, 3, 8, 32),
            List.of(2, 3, 8),
            List.of(64, 128),
            List.of(100),
            null);
    return DesignGrid.of(space, new ModelTraits(shape, false, 16, 7)).architectures();
  }

  private static List<String> idle(List<Job> program, CyclePrediction p) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < program.size(); i++) {
      for (LossCause cause : LossCause.values()) {
        all.add(i + " " + cause + " " + p.idle().of(i, cause));
      }
    }
    return all;
  }
}
