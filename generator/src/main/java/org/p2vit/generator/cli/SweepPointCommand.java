package org.p2vit.generator.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.generator.sweep.Measurement;
import org.p2vit.generator.sweep.PointMeasurer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code p2vit sweep-point}: one point of a sweep, on a node of a cluster. */
@Command(
    name = "sweep-point",
    hidden = true,
    description = "Measures one point of a sweep in its folder; for executors of 'sweep'.")
final class SweepPointCommand implements Callable<Integer> {

  @Parameters(paramLabel = "DIR", description = "points/ID in the sweep's folder.")
  private Path directory;

  @Override
  public Integer call() {
    Measurement m = PointMeasurer.measure(directory);
    return m.done() ? 0 : 1;
  }
}
