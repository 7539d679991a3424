package org.p2vit.generator.sweep;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.p2vit.model.InputException;
import org.p2vit.model.io.ResultFile;

/**
 * A point's folder as another process, or another machine that shares it, needs it.
 *
 * @param model file of the model
 * @param point what is to be measured
 */
public record PointJob(String model, SweepPoint point) {
  private static final String FILE = "point.json";
  private static final JsonMapper MAPPER = new JsonMapper();

  /**
   * @throws InputException if the folder holds none
   */
  public static PointJob read(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      return MAPPER.readValue(Files.readString(file), PointJob.class);
    } catch (IOException e) {
      throw new InputException("no point of a sweep in " + directory + ": " + e.getMessage(), e);
    }
  }

  void write(Path directory) {
    ResultFile.write(this, directory.resolve(FILE));
  }
}
