package org.p2vit.generator.compile;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.MatMulJob;

/**
 * A model as the accelerator takes it.
 *
 * @param name of the model
 * @param shape of the model
 * @param architecture that it runs on
 * @param jobs the program
 * @param image the memory image that LOAD jobs read from the model base
 * @param input layout of the input region
 * @param output layout of the output region
 * @param buffers use of the on-chip memories
 */
public record CompiledModel(
    String name,
    VitShape shape,
    Architecture architecture,
    List<TracedJob> jobs,
    byte[] image,
    InputLayout input,
    OutputLayout output,
    List<BufferUse> buffers) {

  public CompiledModel {
    jobs = List.copyOf(jobs);
    buffers = List.copyOf(buffers);
  }

  /** The jobs alone. */
  public List<Job> program() {
    return jobs.stream().map(TracedJob::job).toList();
  }

  /** The program as the controller fetches it, {@link JobFormat#BYTES} a job. */
  public byte[] encodedProgram() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (TracedJob j : jobs) {
      bytes.writeBytes(JobFormat.encode(j.job()));
    }
    return bytes.toByteArray();
  }

  /** Cycles of the MATMUL array alone: no image can take less. */
  public long arrayCycles() {
    long cycles = 0;
    for (TracedJob t : jobs) {
      if (t.job() instanceof MatMulJob j) {
        cycles += (long) j.rowBlocks() * j.tiles() * j.depthWords();
      }
    }
    return cycles;
  }

  /** Bytes of all on-chip memories. */
  public long bufferBytes() {
    return buffers.stream().mapToLong(BufferUse::bytes).sum();
  }
}
