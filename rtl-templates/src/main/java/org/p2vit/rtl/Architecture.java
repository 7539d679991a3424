package org.p2vit.rtl;

import org.p2vit.rtl.job.Wait;

/**
 * One design: what the Chisel templates are parameterized by, and what {@code arch.json} holds.
 *
 * <p>Row counts, columns and lanes are powers of two. {@code R}, {@code C}, {@code D}, {@code p} in
 * the comments: rows, columns and depth of the MatMul array, and {@code requantLanes / R}.
 *
 * @param rows R: token rows that the MatMul array works on at once (one row block)
 * @param columns C: output columns at once (2C with 4-bit weights); at least R
 * @param depth D: terms of each dot product
 * @param requantLanes results re-quantized per cycle; a multiple of R; p divides C, D, Ds and Cs
 * @param layerNormLanes elements normalized per cycle; divides requantLanes
 * @param shifterColumns Cs: channels of V that the shifter array works on at once; a multiple of p
 * @param shifterDepth Ds: tokens that it adds at once; a multiple of R and of p
 * @param residualBits bits of the residual stream, 8 to 16; stored in 16
 * @param ptfMax largest Power-of-Two Factor, 0 to 7
 * @param maxDepth largest K of a matrix product
 * @param maxChannels largest embedding dimension, at most 1024
 * @param maxTokens most columns of a score row
 * @param jobQueue jobs that each chunk can hold in wait, a power of two, or 0: a job stays where it
 *     was fetched, and those behind it too, until its chunk takes it
 * @param axi the memory port
 * @param buffers the on-chip memories
 * @param economy what a small design does with less of
 */
public record Architecture(
    int rows,
    int columns,
    int depth,
    int requantLanes,
    int layerNormLanes,
    int shifterColumns,
    int shifterDepth,
    int residualBits,
    int ptfMax,
    int maxDepth,
    int maxChannels,
    int maxTokens,
    int jobQueue,
    Axi axi,
    Buffers buffers,
    Economy economy) {

  /** With everything. */
  public Architecture(
      int rows,
      int columns,
      int depth,
      int requantLanes,
      int layerNormLanes,
      int shifterColumns,
      int shifterDepth,
      int residualBits,
      int ptfMax,
      int maxDepth,
      int maxChannels,
      int maxTokens,
      int jobQueue,
      Axi axi,
      Buffers buffers) {
    this(
        rows,
        columns,
        depth,
        requantLanes,
        layerNormLanes,
        shifterColumns,
        shifterDepth,
        residualBits,
        ptfMax,
        maxDepth,
        maxChannels,
        maxTokens,
        jobQueue,
        axi,
        buffers,
        Economy.NONE);
  }

  /**
   * The AXI4 master.
   *
   * @param dataBits 16, 32, 64, 128, 256 or 512; a beat must not be wider than the words that are
   *     loaded
   * @param addressBits 16 to 64
   * @param burstBeats longest burst, a power of two up to 256; a burst never crosses 4 KiB
   * @param outstanding read bursts in flight
   */
  public record Axi(int dataBits, int addressBits, int burstBeats, int outstanding) {
    public int bytes() {
      return dataBits / 8;
    }
  }

  /**
   * Depth of each memory, in words of the shape given in brackets.
   *
   * @param activationWords [R rows][D columns] int8
   * @param weightWords [C columns][D] int8, or two int4 a byte; holds keys too
   * @param residualWords [R rows][p columns] 16 bits
   * @param valueWords [Ds tokens][Cs channels] int8
   * @param scoreSlots row blocks in the score ring, and words of row maxima, [R rows] int8
   * @param scoreSlotWords words a slot, [R rows][p columns] int8
   * @param codeSlots row blocks in the ring of attention codes
   * @param codeSlotWords words a slot, [R rows][Ds columns] 5 bits
   * @param parameterWords [p channels] 64 bits
   * @param normParameterWords [p channels] 64 bits
   */
  public record Buffers(
      int activationWords,
      int weightWords,
      int residualWords,
      int valueWords,
      int scoreSlots,
      int scoreSlotWords,
      int codeSlots,
      int codeSlotWords,
      int parameterWords,
      int normParameterWords) {

    public Buffers withValueWords(int words) {
      return new Buffers(
          activationWords,
          weightWords,
          residualWords,
          words,
          scoreSlots,
          scoreSlotWords,
          codeSlots,
          codeSlotWords,
          parameterWords,
          normParameterWords);
    }

    /** With room for so many row blocks of scores, and of attention codes. */
    public Buffers withSlots(int scores, int codes) {
      return new Buffers(
          activationWords,
          weightWords,
          residualWords,
          valueWords,
          scores,
          scoreSlotWords,
          codes,
          codeSlotWords,
          parameterWords,
          normParameterWords);
    }
  }

  /**
   * Widths that no dimension of the design implies, and what can be done without. None of it
   * changes a result, and none but {@code scalarCycles} a cycle.
   *
   * @param accumulatorBits of a sum of products with its bias, 16 to 32
   * @param progressBits of the chunks' progress counters, 8 to {@link Wait#COUNTER_BITS}: the units
   *     of a program, of any chunk, must be fewer than half of what they count to
   * @param scalarCycles that each of the ten products takes which LayerNorm needs for the mean and
   *     deviation of a row: 1, or 2, 4, 8, 16 with a multiplier of so many times fewer bits
   * @param performanceCounters whether there are any but the lower half of CYCLES; without, they
   *     read as zero
   */
  public record Economy(
      int accumulatorBits, int progressBits, int scalarCycles, boolean performanceCounters) {
    /** Everything at its largest. */
    public static final Economy NONE = new Economy(32, Wait.COUNTER_BITS, 1, true);
  }

  /** Entries of the activation table. */
  public static final int TABLE_ENTRIES = 256;

  /** Bits of a stored residual element. */
  public static final int RESIDUAL_CONTAINER_BITS = 16;

  public Architecture {
    positivePowerOfTwo("rows", rows);
    positivePowerOfTwo("columns", columns);
    positivePowerOfTwo("depth", depth);
    positivePowerOfTwo("requantLanes", requantLanes);
    positivePowerOfTwo("layerNormLanes", layerNormLanes);
    positivePowerOfTwo("shifterColumns", shifterColumns);
    positivePowerOfTwo("shifterDepth", shifterDepth);
    positivePowerOfTwo("jobQueue", Math.max(1, jobQueue)); // or 0
    inRange("jobQueue", jobQueue, 0, 1024);
    divides("rows", rows, "columns", columns);
    divides("rows", rows, "requantLanes", requantLanes);
    int p = requantLanes / rows;
    divides("requantLanes / rows", p, "columns", columns);
    divides("requantLanes / rows", p, "depth", depth);
    divides("requantLanes / rows", p, "shifterColumns", shifterColumns);
    divides("requantLanes / rows", p, "shifterDepth", shifterDepth);
    divides("rows", rows, "shifterDepth", shifterDepth);
    divides("layerNormLanes", layerNormLanes, "requantLanes", requantLanes);
    inRange("residualBits", residualBits, 8, 16);
    inRange("ptfMax", ptfMax, 0, 7);
    inRange("maxChannels", maxChannels, 2, 1024);
    inRange("maxDepth", maxDepth, 1, 4096 * 16);
    inRange("maxTokens", maxTokens, 1, 65535);
    positivePowerOfTwo("axi.dataBits", axi.dataBits());
    inRange("axi.dataBits", axi.dataBits(), 16, 512);
    inRange("axi.addressBits", axi.addressBits(), 16, 64);
    positivePowerOfTwo("axi.burstBeats", axi.burstBeats());
    inRange("axi.burstBeats", axi.burstBeats(), 1, 256);
    inRange("axi.outstanding", axi.outstanding(), 1, 64);
    inRange("economy.accumulatorBits", economy.accumulatorBits(), 16, 32);
    positivePowerOfTwo("economy.scalarCycles", economy.scalarCycles());
    inRange("economy.scalarCycles", economy.scalarCycles(), 1, 16);
    inRange("economy.progressBits", economy.progressBits(), 8, Wait.COUNTER_BITS);
    divides("axi bytes", axi.bytes(), "activation word bytes", rows * depth);
    divides("axi bytes", axi.bytes(), "weight word bytes", columns * depth);
    divides("axi bytes", axi.bytes(), "residual word bytes", requantLanes * 2);
    divides("axi bytes", axi.bytes(), "parameter word bytes", p * 8);
  }

  /** p: columns that leave the re-quantizer per cycle. */
  public int requantColumns() {
    return requantLanes / rows;
  }

  /** The same chunks around other memories. */
  public Architecture withBuffers(Buffers other) {
    return with(other, economy);
  }

  /** The same design with other economies. */
  public Architecture withEconomy(Economy other) {
    return with(buffers, other);
  }

  private Architecture with(Buffers otherBuffers, Economy otherEconomy) {
    return new Architecture(
        rows,
        columns,
        depth,
        requantLanes,
        layerNormLanes,
        shifterColumns,
        shifterDepth,
        residualBits,
        ptfMax,
        maxDepth,
        maxChannels,
        maxTokens,
        jobQueue,
        axi,
        otherBuffers,
        otherEconomy);
  }

  /** 8-bit multiply-accumulates per cycle (4-bit: twice as many). */
  public int macs() {
    return rows * columns * depth;
  }

  /**
   * Width of the sum of 8 x 4 products over {@code maxDepth} terms, whole words of D at least
   * (docs/numerics.md section 8).
   */
  public int halfAccumulatorBits() {
    return 12 + log2Ceil(Math.max(depth, maxDepth));
  }

  /**
   * Width of LayerNorm's {@code W}, even: {@code C * S2 - S1^2} and an epsilon of at most the same
   * size (docs/numerics.md section 8).
   */
  public int varianceBits() {
    int magnitude = residualBits - 1 + ptfMax;
    return Math.min(62, 2 * magnitude + 2 * log2Ceil(maxChannels) + 2);
  }

  /** {@code ceil(log2 n)}, 0 for 1. */
  public static int log2Ceil(int n) {
    return 32 - Integer.numberOfLeadingZeros(n - 1);
  }

  private static void positivePowerOfTwo(String name, int value) {
    if (value < 1 || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(name + " must be a power of two, not " + value);
    }
  }

  private static void divides(String name, int value, String otherName, int other) {
    if (other % value != 0) {
      throw new IllegalArgumentException(
          name + " (" + value + ") must divide " + otherName + " (" + other + ")");
    }
  }

  private static void inRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " must be " + low + " to " + high + ", not " + value);
    }
  }
}
