package org.p2vit.generator.cycles;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.compile.ProgramOrder;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.MatMulJob;

/**
 * Cycles of one model on many architectures, for searches and sweeps: a point is an architecture
 * and its total. Remembers what it has predicted, also for designs that differ in room for values
 * alone. Safe for any number of threads.
 *
 * <p>Of a deep model with equal blocks only the first few and the last are scheduled and simulated;
 * the others take as long as these show: two if they are alike, three if the last two are, or four
 * or six, if blocks take turns, as the places in the buffers do. Where none of this holds, all are
 * looked at; so they are of models of mixed bits, of shallow ones, and of several images a start.
 */
public final class FastPrediction {
  /** Of what is made in a block that stands for others; the last has a few jobs more. */
  private static final String INNER_BLOCK = "blocks.1.";

  private final ModelOutline outline;
  private final QuantizedModel whole;
  private final boolean weights4;

  /**
   * Some blocks that may stand for all.
   *
   * @param turn blocks take as long as those so many before
   */
  private record Part(QuantizedModel model, int turn) {}

  /** The fewest blocks first. */
  private final List<Part> parts = new ArrayList<>();

  private final Map<Design, Prediction> predicted = new ConcurrentHashMap<>();

  /** Index of the first part whose blocks are placed alike, by designs with a slot of each ring. */
  private final Map<Architecture, Integer> firstParts = new ConcurrentHashMap<>();

  private FastPrediction(ModelOutline outline) {
    int depth = outline.shape().depth();
    this.outline = outline;
    whole = outline.withBlocks(depth);
    weights4 = ModelTraits.of(whole).weights4();
    add(2, 1);
    add(3, 1);
    // The last block must have its neighbours' turns.
    add(4 + depth % 2, 2);
    add(6 + depth % 2, 2);
  }

  private void add(int blocks, int turn) {
    if (blocks < outline.shape().depth() && outline.equalBlocks()) {
      parts.add(new Part(outline.withBlocks(blocks), turn));
    }
  }

  /** Of a model, whose numbers are not looked at. */
  public static FastPrediction of(QuantizedModel model) {
    return new FastPrediction(ModelOutline.of(model));
  }

  /** Of any model with these traits; with {@link ModelTraits#weights4}, all layers have 4 bits. */
  public static FastPrediction of(ModelTraits traits) {
    return new FastPrediction(ModelOutline.of(traits));
  }

  /**
   * A start that computes one image.
   *
   * @param cycles that it takes
   * @param counts what is done in them
   */
  public record Estimate(long cycles, AccessCounts counts) {}

  /**
   * Cycles of a start that computes one image.
   *
   * @throws InputException if the model does not fit the architecture
   */
  public long cycles(Architecture arch, MemoryTiming memory) {
    return predict(arch, memory, false).cycles();
  }

  /**
   * Cycles, and what is counted for energy.
   *
   * @throws InputException if the model does not fit the architecture
   */
  public Estimate estimate(Architecture arch, MemoryTiming memory) {
    Prediction p = predict(arch, memory, true);
    return new Estimate(p.cycles(), p.counts());
  }

  /**
   * Of one image.
   *
   * @param cycles of the whole model
   * @param counts what is done in them; null if nobody asked
   * @param valuesWait whether the values of a head wait for those of another in the buffer
   */
  private record Prediction(long cycles, AccessCounts counts, boolean valuesWait) {}

  /** What a prediction depends on. */
  private record Design(Architecture arch, MemoryTiming memory) {}

  /** As if the buffer had values of one head, and if these wait, with what it has. */
  private Prediction predict(Architecture arch, MemoryTiming memory, boolean counted) {
    int ofOneHead = BufferNeeds.of(outline.shape(), weights4, arch).valueWords();
    if (arch.buffers().valueWords() <= ofOneHead) {
      return known(arch, memory, counted);
    }
    Architecture one = arch.withBuffers(arch.buffers().withValueWords(ofOneHead));
    Prediction p = known(one, memory, counted);
    return p.valuesWait() ? known(arch, memory, counted) : p;
  }

  private Prediction known(Architecture arch, MemoryTiming memory, boolean counted) {
    Design design = new Design(arch, memory);
    Prediction p = predicted.get(design);
    if (p == null || counted && p.counts() == null) {
      p = simulate(arch, memory, counted);
      predicted.put(design, p);
    }
    return p;
  }

  private Prediction simulate(Architecture arch, MemoryTiming memory, boolean counted) {
    // Slots are no places of weights or parameters.
    Architecture places = arch.withBuffers(arch.buffers().withSlots(1, 1));
    for (int i = firstParts.getOrDefault(places, 0); i < parts.size(); i++) {
      Part part = parts.get(i);
      ProgramOrder order = ModelCompiler.order(part.model(), arch);
      FewBlocks blocks = FewBlocks.of(order.jobs(), part.turn());
      if (blocks.arePlacedAlike()) {
        firstParts.putIfAbsent(places, i);
        Schedule schedule = order.schedule();
        CyclePrediction p = CycleModel.predict(schedule.program(), arch, memory);
        OptionalLong cycles = blocks.cycles(p, outline.shape().depth());
        if (cycles.isPresent()) {
          return prediction(schedule, p, cycles.getAsLong(), counted);
        }
      }
    }
    Schedule schedule = ModelCompiler.schedule(whole, arch, 1);
    CyclePrediction p = CycleModel.predict(schedule.program(), arch, memory);
    return prediction(schedule, p, p.total(), counted);
  }

  private Prediction prediction(
      Schedule schedule, CyclePrediction p, long cycles, boolean counted) {
    return new Prediction(cycles, counted ? counts(schedule) : null, valuesWait(schedule, p));
  }

  private AccessCounts counts(Schedule schedule) {
    AccessCounts simulated = AccessCounts.of(schedule);
    AccessCounts block = AccessCounts.of(schedule, job -> job.purpose().startsWith(INNER_BLOCK));
    int more = outline.shape().depth() - schedule.shape().depth();
    return simulated.plus(block, more);
  }

  private static boolean valuesWait(Schedule schedule, CyclePrediction p) {
    for (int i = 0; i < schedule.jobs().size(); i++) {
      if (schedule.jobs().get(i).job() instanceof MatMulJob job
          && job.destination() == MatMulJob.Destination.VALUE
          && p.idle().of(i, LossCause.SHIFTER) > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Cycles of a start that computes several images back to back: without a short cut.
   *
   * @throws InputException if the model does not fit the architecture
   */
  public long cycles(Architecture arch, MemoryTiming memory, int images) {
    List<Job> program = ModelCompiler.schedule(whole, arch, images).program();
    return CycleModel.predict(program, arch, memory).total();
  }
}
