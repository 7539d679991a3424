package org.p2vit.rtl.job;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Architecture;

/**
 * What the fields of jobs can be on one architecture. The format has room for the largest; the RTL
 * holds as many bits as its own buffers, tokens and channels need, and refuses a job that has
 * others set.
 */
public final class FieldRange {
  private final Architecture arch;
  private final Architecture.Buffers buffers;

  public FieldRange(Architecture arch) {
    this.arch = arch;
    this.buffers = arch.buffers();
  }

  /** Bits that the RTL holds of a field of a job's own record. */
  public int bits(Class<? extends Job> type, JobFormat.Field field) {
    long largest = largest(type, field.name());
    return Math.min(field.width(), Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(largest)));
  }

  /** The named field. */
  public JobFormat.Field field(Class<? extends Job> type, String name) {
    return JobFormat.body(type).stream()
        .filter(f -> f.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no field " + name));
  }

  /**
   * @throws InputException if a field has more bits than the RTL holds
   */
  public void check(Job job) {
    Class<? extends Job> type = job.getClass();
    for (JobFormat.Field f : JobFormat.body(type)) {
      long value = JobFormat.encode((Record) job).shiftRight(f.offset() - headerBits()).longValue();
      value &= -1L >>> (Long.SIZE - f.width());
      if (value >>> bits(type, f) != 0) {
        throw new InputException(
            "%s.%s is %d; the architecture holds %d bits of it"
                .formatted(type.getSimpleName(), f.name(), value, bits(type, f)));
      }
    }
  }

  private static int headerBits() {
    return JobFormat.width(Header.class);
  }

  /** No larger value has a meaning; {@code Long.MAX_VALUE} where the format alone is the limit. */
  private long largest(Class<? extends Job> type, String field) {
    return switch (field) {
      case "rowBlocks", "firstRow" -> ceil(arch.maxTokens(), arch.rows());
      case "scoreSlot" -> buffers.scoreSlots() - 1;
      case "codeSlot" -> buffers.codeSlots() - 1;
      case "channels" -> arch.maxChannels();
      case "log2Channels" -> Architecture.log2Ceil(arch.maxChannels());
      case "epsilon" -> (1L << arch.varianceBits() - 1) - 1;
      case "tokens" -> arch.maxTokens();
      case "residualBase", "residualStride" -> buffers.residualWords();
      case "column" -> rowColumns();
      default -> {
        if (type == LoadJob.class) {
          yield load(field);
        } else if (type == MatMulJob.class) {
          yield matMul(field);
        } else if (type == StoreJob.class) {
          yield field.equals("address") ? address() : buffers.residualWords();
        }
        yield nonlinear(type, field);
      }
    };
  }

  private long load(String field) {
    int beat = arch.axi().dataBits();
    return switch (field) {
      case "address" -> address();
      case "word", "runWords", "runStride" ->
          max(
              buffers.activationWords(),
              buffers.weightWords(),
              buffers.residualWords(),
              buffers.parameterWords(),
              buffers.normParameterWords(),
              tableBeats());
      case "beats", "unitBeats" ->
          LongStream.of(
                  tableBeats(),
                  (long) buffers.activationWords() * arch.rows() * arch.depth() * 8 / beat,
                  (long) buffers.weightWords() * arch.columns() * arch.depth() * 8 / beat,
                  (long) buffers.residualWords() * residualWordBits() / beat,
                  (long) buffers.parameterWords() * parameterWordBits() / beat,
                  (long) buffers.normParameterWords() * parameterWordBits() / beat)
              .max()
              .orElseThrow();
      default -> Long.MAX_VALUE;
    };
  }

  private long matMul(String field) {
    return switch (field) {
      case "activationBase", "activationStride" -> buffers.activationWords();
      case "depthWords" -> ceil(arch.maxDepth(), arch.depth());
      case "tiles", "weightBase", "weightStride" -> buffers.weightWords();
      case "parameterBase" -> buffers.parameterWords();
      case "columns" -> rowColumns();
      case "base", "stride" ->
          max(
              buffers.activationWords(),
              buffers.weightWords(),
              buffers.valueWords(),
              buffers.scoreSlots(),
              buffers.scoreSlotWords(),
              buffers.residualWords());
      default -> Long.MAX_VALUE;
    };
  }

  private long nonlinear(Class<? extends Job> type, String field) {
    return switch (field) {
      case "columns" -> (long) buffers.codeSlotWords() * arch.shifterDepth();
      case "valueBase", "valueStride", "channelTiles" -> buffers.valueWords();
      case "tokenGroups" -> buffers.codeSlotWords();
      case "base", "stride" -> buffers.activationWords();
      case "parameterBase" -> buffers.normParameterWords();
      default -> Long.MAX_VALUE;
    };
  }

  /**
   * Columns of a row: what is written to ACTIVATION is a left operand later, to RESIDUAL it is the
   * stream or logits.
   */
  private long rowColumns() {
    return max(
        arch.maxDepth() + arch.columns(),
        arch.maxChannels(),
        arch.maxTokens(),
        buffers.scoreSlotWords() * arch.requantColumns(),
        buffers.residualWords() * arch.requantColumns());
  }

  private long address() {
    return -1L >>> (Long.SIZE - Math.min(32, arch.axi().addressBits()));
  }

  private int tableBeats() {
    return Architecture.TABLE_ENTRIES / arch.axi().bytes();
  }

  private int residualWordBits() {
    return arch.requantLanes() * Architecture.RESIDUAL_CONTAINER_BITS;
  }

  private int parameterWordBits() {
    return arch.requantColumns() * ParameterFormat.BITS;
  }

  private static int ceil(int n, int by) {
    return (n + by - 1) / by;
  }

  private static int max(int... values) {
    return IntStream.of(values).max().orElseThrow();
  }
}
