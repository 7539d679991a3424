package org.p2vit.verif;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A child process that does not outlive us: it and its descendants are killed when this is closed,
 * when the waiting thread is interrupted and when the JVM shuts down (Ctrl-C).
 */
public final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final Thread killer;

  private ChildProcess(Process process) {
    this.process = process;
    this.killer = new Thread(this::kill, "kill child " + process.pid());
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** Starts it; an {@link IOException} says that there is no such program. */
  public static ChildProcess start(ProcessBuilder builder) throws IOException {
    return new ChildProcess(builder.start());
  }

  /** The process itself. */
  public Process process() {
    return process;
  }

  /** Waits for the end, calling {@code tick} about five times a second; returns the exit status. */
  public int await(Runnable tick) throws InterruptedException {
    while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
      tick.run();
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook runs, which is what it is for.
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
