package org.p2vit.generator.compile;

import java.util.List;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;

/**
 * A model as the accelerator takes it.
 *
 * @param schedule the program, and what the host must know of it
 * @param image the memory image that LOAD jobs read from the model base
 */
public record CompiledModel(Schedule schedule, byte[] image) {

  public String name() {
    return schedule.name();
  }

  public VitShape shape() {
    return schedule.shape();
  }

  public Architecture architecture() {
    return schedule.architecture();
  }

  /** Images that one start computes. */
  public int images() {
    return schedule.images();
  }

  public List<TracedJob> jobs() {
    return schedule.jobs();
  }

  public List<Job> program() {
    return schedule.program();
  }

  public byte[] encodedProgram() {
    return schedule.encodedProgram();
  }

  public InputLayout input() {
    return schedule.input();
  }

  public OutputLayout output() {
    return schedule.output();
  }

  public List<BufferUse> buffers() {
    return schedule.buffers();
  }

  public long arrayCycles() {
    return schedule.arrayCycles();
  }

  public long bufferBytes() {
    return schedule.bufferBytes();
  }
}
