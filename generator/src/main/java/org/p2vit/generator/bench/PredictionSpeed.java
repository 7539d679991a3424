package org.p2vit.generator.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.generator.compile.BufferPlan;
import org.p2vit.generator.compile.BufferPlan.Slack;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.cycles.FastPrediction;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;

/**
 * How fast design points are predicted, and how much the short cut of {@link FastPrediction} errs:
 * designs around a given one, with other memories.
 *
 * @param designs predicted
 * @param perSecond on all cores, as they were free
 * @param processorMillis processor time of this process a design, whoever else uses the cores
 * @param aloneMillis the same if each design is predicted as if there were no others
 * @param worstError of the short cut against the whole model, a share of the cycles
 */
record PredictionSpeed(
    int designs, double perSecond, double processorMillis, double aloneMillis, double worstError) {
  private static final MemoryTiming MEMORY = new MemoryTiming(100);

  /** Of the weight buffer, in tiles of the deepest layer. */
  private static final int[] TILES = {2, 3, 5, 8, 12};

  /** Of the rings of scores and codes. */
  private static final int[] SLOTS = {2, 8, 32};

  private static final int MAX_VALUE_BUFFERS = 2;

  /** Each design is predicted so often: a sweep has thousands, for which the JVM warms up once. */
  private static final int ROUNDS = 40;

  /**
   * @param around its buffers are not looked at
   */
  static PredictionSpeed measure(QuantizedModel model, Architecture around) {
    List<Architecture> designs = designs(model, around);
    FastPrediction fast = FastPrediction.of(model);
    // Warms up, and is what the short cut is held against.
    long[] whole = cycles(designs, a -> fast.cycles(a, MEMORY, 1));
    long[] predicted = cycles(designs, a -> fast.cycles(a, MEMORY));
    double worst = 0;
    for (int i = 0; i < whole.length; i++) {
      worst = Math.max(worst, Math.abs((double) predicted[i] / whole[i] - 1));
    }
    Time sweep = Time.of(designs, rounds(model));
    Time alone = Time.of(designs, i -> FastPrediction.of(model));
    return new PredictionSpeed(
        designs.size(), 1 / sweep.seconds(), sweep.millis(), alone.millis(), worst);
  }

  /** Of a design, in the mean: as clocks say, and of the processor. */
  private record Time(double seconds, double millis) {
    /**
     * @param fast what predicts the designs of a round
     */
    static Time of(List<Architecture> designs, IntFunction<FastPrediction> fast) {
      long processor = processorNanos();
      long start = System.nanoTime();
      int predictions = ROUNDS * designs.size();
      // No round waits for the one before: a sweep has one end.
      IntStream.range(0, predictions)
          .parallel()
          .mapToLong(
              i -> fast.apply(i / designs.size()).cycles(designs.get(i % designs.size()), MEMORY))
          .sum();
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Time(seconds / predictions, (processorNanos() - processor) / 1e6 / predictions);
    }
  }

  /** Nothing is known from the round before. */
  private static IntFunction<FastPrediction> rounds(QuantizedModel model) {
    List<FastPrediction> rounds =
        Stream.generate(() -> FastPrediction.of(model)).limit(ROUNDS).toList();
    return rounds::get;
  }

  private static long processorNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static long[] cycles(
      List<Architecture> designs, ToLongFunction<Architecture> prediction) {
    return LongStream.range(0, designs.size())
        .parallel()
        .map(i -> prediction.applyAsLong(designs.get((int) i)))
        .toArray();
  }

  private static List<Architecture> designs(QuantizedModel model, Architecture around) {
    boolean weights4 = ModelTraits.of(model).weights4();
    BufferNeeds needs = BufferNeeds.of(model.shape(), weights4, around);
    List<Architecture> all = new ArrayList<>();
    for (int tiles : TILES) {
      for (int scores : SLOTS) {
        for (int codes : SLOTS) {
          for (int values = 1; values <= MAX_VALUE_BUFFERS; values++) {
            Slack slack = new Slack(tiles * needs.tileWords(), values, scores, codes);
            all.add(around.withBuffers(BufferPlan.of(model.shape(), needs, around, slack)));
          }
        }
      }
    }
    return all;
  }
}
