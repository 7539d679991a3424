package org.p2vit.verif.emulator;

import java.util.List;
import org.p2vit.numerics.Rounding;
import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.ParameterFormat;

/** See {@link LayerNormJob}. */
final class LayerNormRun extends JobRun {
  private static final List<JobFormat.Field> NORM = JobFormat.fields(ParameterFormat.Norm.class, 0);
  private static final int[] RSQRT = Tables.reciprocalSqrt();

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
        job.log2Channels() == Architecture.log2Ceil(job.channels()),
        "log2Channels",
        job.log2Channels() + " for " + job.channels() + " channels");
  }

  @Override
  protected void compute(int row, int tile, Step step) {
    int channels = job.channels();
    long[][] x = new long[arch.rows()][channels];
    long[] parameters = new long[channels];
    for (int c = 0; c < channels; c++) {
      int word = source.word(parameter, "parameterBase", job.parameterBase() + (long) (c / p));
      step.read(parameter, word);
      parameters[c] = parameter.get(word, c % p);
      long at = job.residualBase() + (long) row * job.residualStride() + c / p;
      int from = source.word(residual, "residualBase", at);
      step.read(residual, from);
      for (int r = 0; r < arch.rows(); r++) {
        x[r][c] = residual.get(from, lane(r, c, p)) << field(parameters[c], 3);
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
  private int[] normalize(long[] x, long[] parameters) {
    int l = job.log2Channels();
    long s1 = 0;
    long s2 = 0;
    for (long v : x) {
      s1 += v;
      s2 += v * v;
    }
    long w = x.length * s2 - s1 * s1 + job.epsilon();
    long mean = Rounding.shift(s1 * job.reciprocal(), 23 + l - 4);
    int h = w == 0 ? 0 : (63 - Long.numberOfLeadingZeros(w)) / 2;
    long r = w == 0 ? 0 : Rounding.shift(reciprocalSqrt(w, h) * x.length, l);
    int[] y = new int[x.length];
    for (int c = 0; c < x.length; c++) {
      int z = Rounding.requantize(((x[c] << 4) - mean) * r, h + 10 - l, 16);
      long scaled = z * field(parameters[c], 1) + field(parameters[c], 0);
      y[c] = Rounding.requantize(scaled, (int) field(parameters[c], 2), 8);
    }
    return y;
  }

  private static long reciprocalSqrt(long w, int h) {
    long m = h <= 8 ? w << 16 - 2 * h : w >> 2 * h - 16;
    long y0 = RSQRT[(int) (m >> 11) - 32];
    long u = Rounding.shift(y0 * y0 * m, 30);
    return Rounding.shift(y0 * ((3 << 16) - u), 16);
  }

  private static long field(long bits, int index) {
    JobFormat.Field f = NORM.get(index);
    long raised = bits << 64 - f.offset() - f.width();
    return f.signed() ? raised >> 64 - f.width() : raised >>> 64 - f.width();
  }
}
