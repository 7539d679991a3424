package org.p2vit.generator.compile;

import java.util.EnumMap;
import java.util.Map;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.emulator.Dram;
import org.p2vit.verif.emulator.JobEmulator;
import org.p2vit.verif.emulator.Memories;
import org.p2vit.verif.emulator.Schedule;
import org.p2vit.verif.emulator.TapRecorder;

/**
 * A compiled model on the job emulator, from poisoned memories.
 *
 * @param taps each chunk's results
 * @param output the output region
 */
public record EmulatedRun(Map<Chunk, short[]> taps, byte[] output) {

  public static EmulatedRun of(
      CompiledModel compiled, byte[] input, Schedule schedule, long poisonSeed) {
    Memories memories = new Memories(compiled.architecture());
    memories.poison(poisonSeed);
    Dram dram =
        new Dram(
            compiled.image(), compiled.input().encode(input), new byte[compiled.output().bytes()]);
    TapRecorder recorder = new TapRecorder();
    new JobEmulator(compiled.architecture(), memories, dram, schedule, recorder)
        .run(compiled.program());
    return new EmulatedRun(taps(recorder), dram.output());
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
