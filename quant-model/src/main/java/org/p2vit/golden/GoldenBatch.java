package org.p2vit.golden;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/** Runs many images through a {@link GoldenModel} on all cores. */
public final class GoldenBatch {
  private GoldenBatch() {}

  /** Told, on the calling thread, how many images are through. */
  @FunctionalInterface
  public interface Progress {
    Progress NONE = (done, total) -> {};

    void update(int done, int total);
  }

  /** Logits of images {@code 0 .. count-1}, in order. */
  public static int[][] logits(
      GoldenModel model, int count, IntFunction<byte[]> inputCodes, Progress progress) {
    return logits(model, count, inputCodes, i -> TensorSink.NONE, progress);
  }

  /**
   * Logits of images {@code 0 .. count-1}, in order.
   *
   * @param inputCodes the codes of an image; called on worker threads, once an image
   * @param sinks the sink of an image; called on worker threads, in no order
   */
  public static int[][] logits(
      GoldenModel model,
      int count,
      IntFunction<byte[]> inputCodes,
      IntFunction<TensorSink> sinks,
      Progress progress) {
    int[][] results = new int[count][];
    int threads = Math.max(1, Math.min(count, Runtime.getRuntime().availableProcessors()));
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      var completion = new ExecutorCompletionService<Void>(workers);
      for (int i = 0; i < count; i++) {
        int image = i;
        completion.submit(
            () -> {
              results[image] = model.logits(inputCodes.apply(image), sinks.apply(image));
              return null;
            });
      }
      for (int done = 1; done <= count; done++) {
        completion.take().get();
        progress.update(done, count);
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      workers.shutdownNow();
    }
  }
}
