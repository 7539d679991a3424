package org.p2vit.generator.compile;

import java.util.List;
import org.p2vit.model.Linear;
import org.p2vit.model.Norm;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.ParameterFormat;

/** Puts a model's numbers into the byte order of the on-chip words. */
final class WordPacker {
  /** Bytes of the parameters of a channel. */
  static final int ENTRY_BYTES = ParameterFormat.BITS / 8;

  private final Architecture arch;

  WordPacker(Architecture arch) {
    this.arch = arch;
  }

  /** Columns of a tile of this layer. */
  int tileColumns(int weightBits) {
    return weightBits == 4 ? 2 * arch.columns() : arch.columns();
  }

  /**
   * WEIGHT words of output channels {@code from} to {@code to - 1}, tile by tile, zeros where there
   * is no such channel or input.
   */
  byte[] weights(Linear layer, int from, int to, int tiles) {
    int lanes = arch.columns();
    int depth = arch.depth();
    int depthWords = Sizes.ceilDiv(layer.in(), depth);
    int tileColumns = tileColumns(layer.weightBits());
    int wordBytes = lanes * depth;
    byte[] bytes = new byte[Math.multiplyExact(tiles * depthWords, wordBytes)];
    for (int o = from; o < to; o++) {
      int tile = (o - from) / tileColumns;
      int inTile = (o - from) % tileColumns;
      int lane = inTile % lanes;
      boolean high = inTile >= lanes;
      for (int k = 0; k < layer.in(); k++) {
        int word = tile * depthWords + k / depth;
        int at = word * wordBytes + lane * depth + k % depth;
        byte w = layer.weights()[o * layer.in() + k];
        if (layer.weightBits() == 4) {
          bytes[at] |= (byte) (high ? w << 4 : w & 15);
        } else {
          bytes[at] = w;
        }
      }
    }
    return bytes;
  }

  /** PARAMETER words, one entry a channel, filled with zeros up to {@code columns} entries. */
  byte[] outputs(List<ParameterFormat.Output> channels, int columns) {
    byte[] bytes = new byte[columns * ENTRY_BYTES];
    for (int c = 0; c < channels.size(); c++) {
      entry(bytes, c, channels.get(c));
    }
    return bytes;
  }

  /** NORM_PARAMETER words. */
  byte[] norm(Norm norm, byte[] ptf) {
    byte[] bytes = new byte[normBytes(ptf.length)];
    for (int c = 0; c < ptf.length; c++) {
      entry(
          bytes,
          c,
          new ParameterFormat.Norm(norm.offset()[c], norm.gain()[c], norm.shift()[c], ptf[c]));
    }
    return bytes;
  }

  /** Size of {@link #norm} for a number of channels. */
  int normBytes(int channels) {
    return Sizes.roundUp(channels, arch.requantColumns()) * ENTRY_BYTES;
  }

  private static void entry(byte[] bytes, int index, Record entry) {
    byte[] encoded = JobFormat.littleEndian(JobFormat.encode(entry), ENTRY_BYTES);
    System.arraycopy(encoded, 0, bytes, index * ENTRY_BYTES, ENTRY_BYTES);
  }

  /**
   * RESIDUAL words of a matrix of {@code columns} a row: of each row block, {@code words} words
   * from {@code firstWord}; zeros below and beside the matrix.
   */
  byte[] residual(short[] codes, int columns, int firstWord, int words) {
    int r = arch.rows();
    int p = arch.requantColumns();
    int rows = codes.length / columns;
    byte[] bytes = new byte[Sizes.roundUp(rows, r) * words * p * 2];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < words * p; c++) {
        int column = firstWord * p + c;
        if (column < columns) {
          int word = row / r * words + c / p;
          int at = ((word * r + row % r) * p + c % p) * 2;
          short code = codes[row * columns + column];
          bytes[at] = (byte) code;
          bytes[at + 1] = (byte) (code >> 8);
        }
      }
    }
    return bytes;
  }

  /** The activation table's bytes. */
  byte[] table(short[] entries) {
    byte[] bytes = new byte[Architecture.TABLE_ENTRIES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) entries[i];
    }
    return bytes;
  }
}
