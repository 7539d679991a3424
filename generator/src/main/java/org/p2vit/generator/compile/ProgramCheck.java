package org.p2vit.generator.compile;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.FieldRange;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/** Whether an architecture's registers hold the numbers of a program. */
final class ProgramCheck {
  private ProgramCheck() {}

  /**
   * @throws InputException that names the job, or the counter, that is too large
   */
  static void check(List<TracedJob> program, Architecture arch) {
    FieldRange range = new FieldRange(arch);
    for (int i = 0; i < program.size(); i++) {
      TracedJob traced = program.get(i);
      try {
        range.check(traced.job());
      } catch (InputException e) {
        throw new InputException("job " + i + ", " + traced.purpose() + ": " + e.getMessage(), e);
      }
    }
    progress(program.stream().map(TracedJob::job).toList(), arch.economy().progressBits());
  }

  /** A count and what is waited for must be less than half of the counters' range apart. */
  private static void progress(List<Job> program, int bits) {
    Map<Chunk, Integer> units = new EnumMap<>(Chunk.class);
    int below = 0;
    for (Job job : program) {
      job.chunk().ifPresent(c -> units.merge(c, job.units(), Integer::sum));
      below =
          Math.max(below, job.waits().stream().mapToInt(Wait::base).map(b -> -b).max().orElse(0));
    }
    for (Map.Entry<Chunk, Integer> e : units.entrySet()) {
      if (e.getValue() + below >= 1 << bits - 1) {
        throw new InputException(
            "%s completes %,d units; economy.progressBits is %d, good for fewer than %,d"
                .formatted(e.getKey(), e.getValue() + below, bits, 1 << bits - 1));
      }
    }
  }
}
