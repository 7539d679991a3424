package org.p2vit.verif.emulator;

import java.util.List;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.ParameterFormat;

/** See {@link LayerNormJob}. */
final class LayerNormRun extends JobRun {
  private static final List<JobFormat.Field> NORM = JobFormat.fields(ParameterFormat.Norm.class, 0);

  private final LayerNormJob job;
  private final int p;
  private final EmulatedBuffer residual;
  private final EmulatedBuffer parameter;
  private final EmulatedBuffer activation;

  LayerNormRun(ProgramJob source, LayerNormJob job, Architecture arch, Memories memories) {
    super(source, arch, memories, job.rowBlocks(), 1);
    this.job = job;
    p = arch.requantColumns();
    residual = buffer(BufferId.RESIDUAL);
    parameter = buffer(BufferId.NORM_PARAMETER);
    activation = buffer(BufferId.ACTIVATION);
    source.require(
        job.channels() >= 2 && job.channels() <= arch.maxChannels(),
        "channels",
        job.channels() + " is not in 2.." + arch.maxChannels());
    source.require(job.channels() % p == 0, "channels", job.channels() + " is no multiple of " + p);
    source.require(
        job.log2Channels() == LayerNormMath.log2Channels(job.channels()),
        "log2Channels",
        job.log2Channels() + " for " + job.channels() + " channels");
    source.require(
        job.reciprocal() == LayerNormMath.reciprocal(job.channels()),
        "reciprocal",
        job.reciprocal() + " for " + job.channels() + " channels");
  }

  @Override
  protected void compute(int row, int tile, Step step) {
    int channels = job.channels();
    int[][] x = new int[arch.rows()][channels];
    long[] parameters = new long[channels];
    for (int c = 0; c < channels; c++) {
      int word = source.word(parameter, "parameterBase", job.parameterBase() + (long) (c / p));
      step.read(parameter, word);
      parameters[c] = parameter.get(word, c % p);
      long at = job.residualBase() + (long) row * job.residualStride() + c / p;
      int from = source.word(residual, "residualBase", at);
      step.read(residual, from);
      for (int r = 0; r < arch.rows(); r++) {
        x[r][c] = (int) residual.get(from, lane(r, c, p)) << (int) field(parameters[c], 3);
      }
    }
    int[][] y = new int[arch.rows()][];
    for (int r = 0; r < arch.rows(); r++) {
      y[r] = normalize(x[r], parameters);
    }
    for (int c = 0; c < channels; c += p) {
      short[] beat = new short[arch.rows() * p];
      long at = job.base() + (long) row * job.stride() + c / arch.depth();
      int word = source.word(activation, "base", at);
      for (int r = 0; r < arch.rows(); r++) {
        for (int i = 0; i < p; i++) {
          step.element(activation, word, lane(r, c + i, arch.depth()), c + i, y[r][c + i]);
          beat[r * p + i] = (short) y[r][c + i];
        }
      }
      step.beat(c, beat);
    }
  }

  /** docs/numerics.md section 7. */
  private int[] normalize(int[] x, long[] parameters) {
    long s1 = 0;
    long s2 = 0;
    for (int v : x) {
      s1 += v;
      s2 += (long) v * v;
    }
    LayerNormMath.Statistics row = LayerNormMath.statistics(s1, s2, x.length, job.epsilon());
    int[] y = new int[x.length];
    for (int c = 0; c < x.length; c++) {
      int z = LayerNormMath.normalize(x[c], row, x.length);
      int gain = (int) field(parameters[c], 1);
      int offset = (int) field(parameters[c], 0);
      y[c] = LayerNormMath.scale(z, gain, offset, (int) field(parameters[c], 2));
    }
    return y;
  }

  private static long field(long bits, int index) {
    JobFormat.Field f = NORM.get(index);
    long raised = bits << 64 - f.offset() - f.width();
    return f.signed() ? raised >> 64 - f.width() : raised >>> 64 - f.width();
  }
}
