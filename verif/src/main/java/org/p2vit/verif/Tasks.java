package org.p2vit.verif;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Work on other threads. */
public final class Tasks {
  private Tasks() {}

  /** Waits for a task's end, and throws what it threw. */
  public static void await(Future<Void> task) throws InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (CancellationException e) {
      throw new IllegalStateException(e);
    }
  }
}
