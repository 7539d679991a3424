package org.p2vit.generator.energy;

import java.util.List;
import org.p2vit.generator.compile.AccessCounts.Operation;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.ShifterJob;
import org.p2vit.rtl.job.SoftmaxJob;

/** A part of the accelerator, and the operations that the energy model has it do. */
public enum GatePart {
  /** Multipliers, adders, accumulators, and the bank of results. */
  ARRAY("array", List.of("matmul.array"), MatMulJob.class, Operation.MULTIPLY_ACCUMULATE),
  /** Parameters, shifts, rounding, activation table, residual additions. */
  REQUANTIZER("re-quantizer", List.of("matmul.requantizer"), MatMulJob.class, Operation.REQUANTIZE),
  SOFTMAX("softmax", List.of("softmax"), SoftmaxJob.class, Operation.SOFTMAX),
  /** With its own re-quantizer. */
  SHIFTER(
      "shifter", List.of("shifter"), ShifterJob.class, Operation.SHIFT_ADD, Operation.REQUANTIZE),
  LAYER_NORM("LayerNorm", List.of("layerNorm"), LayerNormJob.class, Operation.LAYER_NORM),
  /** Tiles, words, results: what leads data through the array. */
  SEQUENCERS("sequencers of MatMul", List.of("matmul"), null),
  LOAD_STORE("Load, Store, memory port", List.of("load", "store", "port"), null),
  CONTROLLER("controller", List.of("controller"), null),
  /** Multiplexers of the buffers' ports. */
  BUFFER_PORTS("buffer ports", List.of(""), null);

  private final String title;
  private final List<String> modules;
  private final Class<? extends Job> jobs;
  private final List<Operation> operations;

  GatePart(String title, List<String> modules, Class<? extends Job> jobs, Operation... operations) {
    this.title = title;
    this.modules = modules;
    this.jobs = jobs;
    this.operations = List.of(operations);
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** What the model counts here; empty where it counts nothing. */
  public List<Operation> operations() {
    return operations;
  }

  /** Whether the model counts operations of this job here. */
  boolean does(TracedJob job) {
    return jobs != null && jobs.isInstance(job.job());
  }

  /** The first part, as they are listed, that a module instance belongs to. */
  static GatePart of(String instance) {
    for (GatePart part : values()) {
      for (String module : part.modules) {
        if (module.isEmpty() || instance.equals(module) || instance.startsWith(module + ".")) {
          return part;
        }
      }
    }
    throw new IllegalStateException(instance);
  }
}
