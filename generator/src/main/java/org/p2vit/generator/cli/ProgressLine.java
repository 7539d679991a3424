package org.p2vit.generator.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on standard error how far the work is: a bar with the remaining time on a terminal,
 * otherwise a line when a step begins and every ten seconds, with the remaining time too. Any
 * thread may report.
 */
final class ProgressLine implements AutoCloseable {
  private static final long LINE_INTERVAL_NANOS = 10_000_000_000L;

  private final boolean terminal = System.console() != null;
  private String step;
  private ProgressBar bar;
  private long lastLine;
  private long begin;
  private long firstDone;

  /**
   * Says that {@code done} of {@code total} units of a step are finished; a new name begins a new
   * step.
   */
  synchronized void at(String what, long done, long total) {
    if (!what.equals(step)) {
      begin(what, total);
      firstDone = done;
    }
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
    } else if (System.nanoTime() - lastLine > LINE_INTERVAL_NANOS) {
      lastLine = System.nanoTime();
      System.err.printf("  %s: %d of %d%s%n", what, done, total, remaining(done, total));
    }
  }

  /** How long the rest takes if it goes on as since the step's first report. */
  private String remaining(long done, long total) {
    if (done <= firstDone) {
      return "";
    }
    double seconds = (lastLine - begin) / 1e9 / (done - firstDone) * (total - done);
    return seconds < 90
        ? String.format(", %.0f s left", seconds)
        : String.format(", %.0f min left", seconds / 60);
  }

  /** A step of unknown length, such as a compiler run: only its name is shown. */
  synchronized void note(String what) {
    end();
    System.err.println(what);
  }

  private void begin(String what, long total) {
    end();
    step = what;
    begin = System.nanoTime();
    lastLine = begin;
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(what)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .clearDisplayOnFinish()
              .build();
    } else {
      System.err.println(what + " ...");
    }
  }

  @Override
  public void close() {
    end();
  }

  /** Ends the step, so that other lines can be printed. */
  synchronized void end() {
    if (bar != null) {
      bar.close();
    }
    bar = null;
    step = null;
  }
}
