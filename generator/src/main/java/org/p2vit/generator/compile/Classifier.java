package org.p2vit.generator.compile;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.p2vit.generator.compile.LinearLayers.Channels;
import org.p2vit.generator.compile.LinearLayers.Layer;
import org.p2vit.generator.compile.LinearLayers.Operand;
import org.p2vit.generator.compile.LinearLayers.Target;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.MatMulJob.Destination;
import org.p2vit.rtl.job.StoreJob;

/**
 * The classifier head of each image. It has one row, so that its weights take much longer to load
 * than to use. When another image follows, it is taken apart and spread over that image's layers,
 * whose weights leave time on the memory port.
 *
 * <p>For that the normalized class token and some logits need places of their own; where the
 * buffers have no room for them, the head comes before the next image.
 */
final class Classifier {
  /** Tiles of a piece take this share of the room for weights. */
  private static final int SHARE = 6;

  /** Pieces whose logits are on chip at once: one is stored while the next is made. */
  static final int PLACES = 2;

  private final QuantizedModel model;
  private final Architecture arch;
  private final BufferNeeds needs;
  private final OutputLayout output;
  private final LinearLayers linears;
  private final ProgramBuilder program;
  private final boolean overNextImage;
  private final Channels channels;
  private final Deque<Runnable> pieces = new ArrayDeque<>();
  private int image;
  private int following;

  /**
   * @param overNextImage whether the head of an image may run while the next one does
   */
  Classifier(
      QuantizedModel model,
      Architecture arch,
      BufferNeeds needs,
      OutputLayout output,
      LinearLayers linears,
      ProgramBuilder program,
      boolean overNextImage) {
    this.model = model;
    this.arch = arch;
    this.needs = needs;
    this.output = output;
    this.linears = linears;
    this.program = program;
    this.overNextImage = overNextImage;
    IntUnaryOperator exponent = o -> model.logitsExponent();
    channels = Channels.all(new Requantization("logits", model.head(), exponent, o -> 0));
  }

  /** ACTIVATION word of the normalized class token. */
  int operandBase() {
    return hasOwnPlaces() ? needs.activationWords() : 0;
  }

  /** The class token of an image is normalized; {@code last}: no image follows. */
  void begin(int index, boolean last) {
    image = index;
    following = index + 1;
    if (last || !overNextImage || !hasOwnPlaces()) {
      whole();
    } else {
      takeApart();
    }
  }

  /** Adds one of the pieces that are left. */
  void step() {
    if (!pieces.isEmpty()) {
      program.forImage(image);
      pieces.remove().run();
      program.forImage(following);
    }
  }

  /** Adds all of them. */
  void finish() {
    while (!pieces.isEmpty()) {
      step();
    }
  }

  /** Whether it uses no place that the next image needs. */
  boolean hasOwnPlaces() {
    Architecture.Buffers b = arch.buffers();
    return b.activationWords() >= needs.activationWords() + needs.dimWords()
        && b.residualWords() >= needs.streamWords() + PLACES * pieceWords();
  }

  private void whole() {
    linears.add(layer(new Target(Destination.RESIDUAL_SET, 0, needs.logitWords())), groups());
    store(0, output.words(), 0);
  }

  /** Pieces take turns in two places, so that one is stored while the next is made. */
  private void takeApart() {
    int columns = columnsPerTile();
    int place = 0;
    for (TileGroups.Group group : groups().groups()) {
      int base = needs.streamWords() + place * pieceWords();
      int firstWord = group.first() * columns / arch.requantColumns();
      int endWord = Math.min(group.end() * columns / arch.requantColumns(), output.words());
      Target to =
          new Target(Destination.RESIDUAL_SET, base, needs.logitWords(), group.first() * columns);
      Runnable piece = linears.step(layer(to), group);
      pieces.add(
          () -> {
            piece.run();
            store(base, endWord - firstWord, firstWord);
          });
      place = (place + 1) % PLACES;
    }
  }

  /** Small ones: much of the weights can come before the layers ahead are done. */
  private TileGroups groups() {
    return TileGroups.even(linears.tiles(channels), pieceTiles());
  }

  private Layer layer(Target to) {
    return new Layer("logits", channels, new Operand(operandBase(), needs.dimWords(), 1), to);
  }

  private int pieceTiles() {
    return pieceTiles(linears.room(model.head()), linears.parameterTiles(model.head()));
  }

  /**
   * Tiles of a piece.
   *
   * @param room tiles whose weights are on chip at once
   * @param parameterTiles tiles of a group whose parameters leave room for the next
   */
  static int pieceTiles(int room, int parameterTiles) {
    return Math.max(1, Math.min(room / SHARE, parameterTiles));
  }

  private int pieceWords() {
    return pieceTiles() * columnsPerTile() / arch.requantColumns();
  }

  private int columnsPerTile() {
    return model.head().weightBits() == 4 ? 2 * arch.columns() : arch.columns();
  }

  /**
   * @param word of RESIDUAL
   * @param at word of the image's output
   */
  private void store(int word, int words, int at) {
    int wordBytes = output.bytes() / output.words();
    StoreJob job = new StoreJob(List.of(), word, words, image * output.bytes() + at * wordBytes);
    program.step(List.of(), () -> List.of(new TracedJob(job, "logits", Optional.empty())));
  }
}
