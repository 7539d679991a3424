package org.p2vit.generator.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.model.QuantizedModel;
import org.p2vit.quantize.Progress;

/** Sweeps that nothing has been measured of. */
final class TestSweeps {
  private TestSweeps() {}

  /**
   * @param space as JSON
   */
  static Sweep predict(Path directory, String space, Map<String, QuantizedModel> models)
      throws IOException {
    Path file = Files.writeString(directory.resolve("space.json"), space);
    return Sweep.predict(
        SweepSpace.read(file),
        models,
        List.of(Objective.CYCLES, Objective.LUTS),
        EnergyCosts.standard(),
        Progress.NONE);
  }
}
