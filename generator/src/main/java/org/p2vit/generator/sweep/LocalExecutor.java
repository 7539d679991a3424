package org.p2vit.generator.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.p2vit.quantize.Progress;

/**
 * Measures points on the cores of this machine.
 *
 * @param jobs points at once
 */
public record LocalExecutor(int jobs) implements Executor {

  @Override
  public void run(List<Path> points, Progress progress) {
    AtomicInteger done = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> futures = new ArrayList<>();
      progress.at("measuring", 0, points.size());
      for (Path point : points) {
        futures.add(
            pool.submit(
                () -> {
                  PointMeasurer.measure(point);
                  progress.at("measuring", done.incrementAndGet(), points.size());
                }));
      }
      for (Future<?> f : futures) {
        f.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }
}
