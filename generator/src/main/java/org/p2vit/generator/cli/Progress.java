package org.p2vit.generator.cli;

import java.util.function.IntConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on standard error, from a terminal; plain lines otherwise, so that logs stay readable. */
final class Progress implements AutoCloseable {
  private static final long LINE_INTERVAL_NANOS = 10_000_000_000L;

  private final String task;
  private final int total;
  private final ProgressBar bar;
  private final long start = System.nanoTime();
  private long lastLine = start;

  Progress(String task, int total) {
    this.task = task;
    this.total = total;
    bar =
        System.console() == null
            ? null
            : new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .clearDisplayOnFinish()
                .build();
  }

  /** Says that {@code done} of the total are finished. Any thread may call it. */
  synchronized void to(int done) {
    if (bar != null) {
      bar.stepTo(done);
    } else if (System.nanoTime() - lastLine > LINE_INTERVAL_NANOS) {
      lastLine = System.nanoTime();
      System.err.printf("%s: %d of %d%n", task, done, total);
    }
  }

  IntConsumer consumer() {
    return this::to;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
