package org.p2vit.generator.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.TapStream;

/** Reads the tap files that a simulation leaves. */
public final class TapFiles {
  private TapFiles() {}

  /**
   * @param directory that a {@link org.p2vit.verif.Simulation.Run} names
   * @throws InputException if a file cannot be read
   */
  public static Map<Chunk, short[]> read(Path directory) {
    Map<Chunk, short[]> taps = new EnumMap<>(Chunk.class);
    for (TapStream stream : TapStream.values()) {
      Path file = directory.resolve(stream.fileName());
      try {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        short[] elements = new short[bytes.capacity() / 2];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(elements);
        taps.put(stream.chunk(), elements);
      } catch (IOException e) {
        throw FileErrors.cannot("read", file, e);
      }
    }
    return taps;
  }
}
