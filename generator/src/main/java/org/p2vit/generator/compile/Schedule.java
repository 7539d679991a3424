package org.p2vit.generator.compile;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.MatMulJob;

/**
 * The program of a model on an architecture, without the model's numbers: all that its cycles
 * depend on.
 *
 * @param name of the model
 * @param shape of the model
 * @param architecture that it runs on
 * @param images that one start computes, back to back
 * @param jobs the program
 * @param imageBytes size of the memory image with weights and parameters
 * @param input layout of an input; the inputs of all images follow each other
 * @param output layout of an output; likewise
 * @param buffers use of the on-chip memories
 */
public record Schedule(
    String name,
    VitShape shape,
    Architecture architecture,
    int images,
    List<TracedJob> jobs,
    int imageBytes,
    InputLayout input,
    OutputLayout output,
    List<BufferUse> buffers) {

  public Schedule {
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

  /** Cycles that the MATMUL array multiplies in, padding included: no start can take less. */
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
