package org.p2vit.generator.sweep;

import java.nio.file.Path;
import java.util.List;
import org.p2vit.quantize.Progress;

/** Where points are measured. */
public interface Executor {

  /**
   * Measures what is in these folders; returns when each holds a result, if only that it failed.
   *
   * @param points folders with a {@link PointJob} each
   */
  void run(List<Path> points, Progress progress);
}
