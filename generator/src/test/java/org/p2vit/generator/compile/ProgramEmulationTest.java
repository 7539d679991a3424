package org.p2vit.generator.compile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.generator.verify.VerificationReport;
import org.p2vit.generator.verify.Verifier;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.verif.emulator.Schedule;

/**
 * Programs of random models for random architectures, on the job emulator with poisoned memories,
 * against the golden model, tensor by tensor: in program order, and with the chunks in any order
 * that the waits permit.
 */
class ProgramEmulationTest {
  private static final int MODELS = Integer.getInteger("p2vit.compiler.models", 40);
  private static final int SCHEDULES = 3;
  private static final long FIRST_SEED = Long.getLong("p2vit.compiler.seed", 1);

  @Test
  void programsComputeWhatTheModelSays() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + MODELS; seed++) {
      try {
        randomModel(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static void randomModel(long seed) {
    RandomArchitectures architectures = new RandomArchitectures(seed);
    RandomModels.WeightBits[] bits = RandomModels.WeightBits.values();
    int residualBits = seed % 4 == 0 ? 12 : 16;
    Architecture core = architectures.core(residualBits);
    VitShape shape = architectures.shape(core);
    QuantizedModel model =
        RandomModels.model(seed, shape, bits[(int) (seed % bits.length)], residualBits, 7);
    boolean weights4 = ModelTraits.of(model).weights4();
    Architecture arch = architectures.withBuffers(core, shape, weights4);
    CompiledModel compiled = ModelCompiler.compile(model, arch, architectures.images());
    Verifier verifier = new Verifier(compiled, new GoldenModel(model));
    verify(compiled, verifier, Schedule.programOrder(), seed);
    for (int i = 0; i < SCHEDULES; i++) {
      verify(compiled, verifier, Schedule.adversarial(seed * SCHEDULES + i), seed);
    }
  }

  /** The head of an image is spread over the next one's layers: fitted buffers have room for it. */
  @Test
  void imagesFollowEachOther() {
    VitShape shape = new VitShape(1, 28, 28, 7, 64, 2, 4, 256, 100);
    long seed = 12;
    QuantizedModel model = RandomModels.model(seed, shape, RandomModels.WeightBits.MIXED);
    Architecture arch = ArchitectureFitter.fit(model, FitOptions.DEFAULT);
    CompiledModel compiled = ModelCompiler.compile(model, arch, 3);
    long stores = compiled.program().stream().filter(j -> j instanceof StoreJob).count();
    assertTrue(stores > compiled.images(), stores + " stores: no head was taken apart");
    Verifier verifier = new Verifier(compiled, new GoldenModel(model));
    for (int i = 0; i < SCHEDULES; i++) {
      verify(compiled, verifier, Schedule.adversarial(i), seed);
    }
  }

  @Test
  void fittedArchitecturesRunTheirModels() {
    VitShape mnist = new VitShape(1, 28, 28, 7, 64, 2, 4, 256, 10);
    VitShape cifar = new VitShape(3, 32, 32, 4, 96, 1, 3, 384, 10);
    fitted(mnist, RandomModels.WeightBits.W8, Schedule.adversarial(1));
    fitted(mnist, RandomModels.WeightBits.MIXED, Schedule.adversarial(2));
    fitted(cifar, RandomModels.WeightBits.W4, Schedule.adversarial(3));
  }

  @Tag("large")
  @Test
  void deitTinyRunsOnItsFittedArchitecture() {
    VitShape deitTiny = new VitShape(3, 224, 224, 16, 192, 12, 3, 768, 1000);
    fitted(deitTiny, RandomModels.WeightBits.W8, Schedule.programOrder());
  }

  private static void fitted(VitShape shape, RandomModels.WeightBits bits, Schedule schedule) {
    long seed = 11;
    QuantizedModel model = RandomModels.model(seed, shape, bits);
    Architecture arch = ArchitectureFitter.fit(model, FitOptions.DEFAULT);
    CompiledModel compiled = ModelCompiler.compile(model, arch);
    verify(compiled, new Verifier(compiled, new GoldenModel(model)), schedule, seed);
  }

  private static void verify(
      CompiledModel compiled, Verifier verifier, Schedule schedule, long seed) {
    List<byte[]> inputs = new ArrayList<>();
    for (int i = 0; i < compiled.images(); i++) {
      inputs.add(RandomModels.input(seed * 10 + i, compiled.shape()));
    }
    EmulatedRun run = EmulatedRun.of(compiled, inputs, schedule, seed);
    List<VerificationReport> reports = verifier.verify(inputs, run.taps(), run.output());
    for (int i = 0; i < reports.size(); i++) {
      VerificationReport report = reports.get(i);
      String image = "image %d of %d: ".formatted(i, reports.size());
      assertTrue(report.exact(), () -> image + report.summary() + "\n" + compiled.architecture());
    }
  }
}
