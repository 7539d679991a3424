package org.p2vit.generator.compile;

import java.io.ByteArrayOutputStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.emulator.Dram;
import org.p2vit.verif.emulator.JobEmulator;
import org.p2vit.verif.emulator.Memories;
import org.p2vit.verif.emulator.TapRecorder;

/**
 * A compiled model on the job emulator, from poisoned memories.
 *
 * @param taps each chunk's results
 * @param output the output region
 */
public record EmulatedRun(Map<Chunk, short[]> taps, byte[] output) {

  /**
   * @param inputs codes of each image of a start
   */
  public static EmulatedRun of(
      CompiledModel compiled,
      List<byte[]> inputs,
      org.p2vit.verif.emulator.Schedule schedule,
      long poisonSeed) {
    Memories memories = new Memories(compiled.architecture());
    memories.poison(poisonSeed);
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    inputs.forEach(input -> encoded.writeBytes(compiled.input().encode(input)));
    byte[] output = new byte[compiled.images() * compiled.output().bytes()];
    Dram dram = new Dram(compiled.image(), encoded.toByteArray(), output);
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
