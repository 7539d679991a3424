package org.p2vit.generator.compile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.verify.VerificationReport;
import org.p2vit.generator.verify.Verifier;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.emulator.Dram;
import org.p2vit.verif.emulator.JobEmulator;
import org.p2vit.verif.emulator.Memories;
import org.p2vit.verif.emulator.Schedule;
import org.p2vit.verif.emulator.TapRecorder;

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
        check(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static void check(long seed) {
    RandomArchitectures architectures = new RandomArchitectures(seed);
    RandomModels.WeightBits[] bits = RandomModels.WeightBits.values();
    int residualBits = seed % 4 == 0 ? 12 : 16;
    Architecture core = architectures.core(residualBits);
    VitShape shape = architectures.shape(core);
    QuantizedModel model =
        RandomModels.model(seed, shape, bits[(int) (seed % bits.length)], residualBits, 7);
    Architecture arch = architectures.withBuffers(core, shape, ModelTraits.of(model).weights4());
    CompiledModel compiled = ModelCompiler.compile(model, arch);
    Verifier verifier = new Verifier(compiled, new GoldenModel(model));
    byte[] input = RandomModels.input(seed, shape);
    verify(compiled, verifier, input, Schedule.programOrder(), seed);
    for (int i = 0; i < SCHEDULES; i++) {
      verify(compiled, verifier, input, Schedule.adversarial(seed * SCHEDULES + i), seed + i);
    }
  }

  private static void verify(
      CompiledModel compiled, Verifier verifier, byte[] input, Schedule schedule, long seed) {
    Memories memories = new Memories(compiled.architecture());
    memories.poison(seed);
    Dram dram =
        new Dram(
            compiled.image(), compiled.input().encode(input), new byte[compiled.output().bytes()]);
    TapRecorder recorder = new TapRecorder();
    new JobEmulator(compiled.architecture(), memories, dram, schedule, recorder)
        .run(compiled.program());
    VerificationReport report = verifier.verify(input, taps(recorder), dram.output());
    assertTrue(report.exact(), () -> report.summary() + "\n" + compiled.architecture());
  }

  private static Map<Chunk, short[]> taps(TapRecorder recorder) {
    Map<Chunk, short[]> taps = new EnumMap<>(Chunk.class);
    for (Chunk chunk : Chunk.values()) {
      TapRecorder.Stream stream = recorder.stream(chunk);
      int length = stream.beats() == 0 ? 0 : stream.beat(0).length;
      short[] all = new short[stream.beats() * length];
      for (int i = 0; i < stream.beats(); i++) {
        System.arraycopy(stream.beat(i), 0, all, i * length, length);
      }
      taps.put(chunk, all);
    }
    return taps;
  }
}
