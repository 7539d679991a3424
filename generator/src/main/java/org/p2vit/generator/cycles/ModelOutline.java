package org.p2vit.generator.cycles;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.model.Activation;
import org.p2vit.model.Activations;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.Norm;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;

/**
 * Models that have the cycles of a model without its numbers: dimensions, bits and activation
 * tables are kept, all else is zero. Their schedules differ from the model's in shifts and
 * exponents only.
 */
final class ModelOutline {
  private static final String OUTLINE = "outline";
  private static final byte[] NO_WEIGHTS = new byte[0];
  private static final short[] NO_POSITION = new short[0];

  private final QuantizedModel model;
  private final int ptfMax;
  private final int[] zeros;
  private final boolean equalBlocks;

  private ModelOutline(QuantizedModel model, int ptfMax) {
    VitShape s = model.shape();
    this.model = model;
    this.ptfMax = ptfMax;
    zeros = new int[Math.max(Math.max(s.dim(), s.mlpDim()), s.classes())];
    equalBlocks =
        model.blocks().stream().allMatch(b -> bits(b).equals(bits(model.blocks().get(0))));
  }

  static ModelOutline of(QuantizedModel model) {
    return new ModelOutline(model, ModelTraits.of(model).ptfMax());
  }

  /** Of a model whose layers all have 4-bit weights, if any has. */
  static ModelOutline of(ModelTraits traits) {
    VitShape s = traits.shape();
    int bits = traits.weights4() ? 4 : 8;
    Linear square = linear(s.dim(), s.dim(), bits);
    Attention attention =
        new Attention(square, square, square, null, null, null, null, null, square);
    Mlp mlp =
        new Mlp(
            linear(s.dim(), s.mlpDim(), bits),
            Activations.gelu(),
            null,
            linear(s.mlpDim(), s.dim(), bits));
    Block block = new Block(null, attention, null, null, mlp, null);
    QuantizedModel model =
        new QuantizedModel(
            OUTLINE,
            s,
            traits.residualBits(),
            null,
            linear(s.patchDim(), s.dim(), bits),
            NO_POSITION,
            null,
            Collections.nCopies(s.depth(), block),
            null,
            linear(s.dim(), s.classes(), bits),
            0);
    return new ModelOutline(model, traits.ptfMax());
  }

  VitShape shape() {
    return model.shape();
  }

  /** Whether all blocks have the same bits; activation tables, if they differ, load in no time. */
  boolean equalBlocks() {
    return equalBlocks;
  }

  /** With the first blocks only. */
  QuantizedModel withBlocks(int depth) {
    VitShape s = model.shape();
    byte[] ptf = new byte[s.dim()];
    Arrays.fill(ptf, (byte) ptfMax);
    Residual residual = new Residual(0, ptf);
    Norm norm = new Norm(0, new short[0], zeros, NO_WEIGHTS, 0);
    Function<Linear, Linear> bare =
        l -> new Linear(l.in(), l.out(), l.weightBits(), NO_WEIGHTS, zeros, zeros);
    List<Block> blocks = new ArrayList<>();
    for (Block b : model.blocks().subList(0, depth)) {
      Attention a = b.attention();
      Attention attention =
          new Attention(
              bare.apply(a.query()),
              bare.apply(a.key()),
              bare.apply(a.value()),
              zeros,
              zeros,
              zeros,
              zeros,
              zeros,
              bare.apply(a.projection()));
      Activation table = new Activation(OUTLINE, 0, b.mlp().activation().indexShift(), table(b));
      Mlp mlp = new Mlp(bare.apply(b.mlp().fc1()), table, zeros, bare.apply(b.mlp().fc2()));
      blocks.add(new Block(norm, attention, residual, norm, mlp, residual));
    }
    return new QuantizedModel(
        model.name(),
        withDepth(s, depth),
        model.residualBits(),
        new Preprocessing(new double[0], new double[0], 0),
        bare.apply(model.patchEmbedding()),
        NO_POSITION,
        residual,
        blocks,
        norm,
        bare.apply(model.head()),
        0);
  }

  private static VitShape withDepth(VitShape s, int depth) {
    return new VitShape(
        s.imageChannels(),
        s.imageHeight(),
        s.imageWidth(),
        s.patchSize(),
        s.dim(),
        depth,
        s.heads(),
        s.mlpDim(),
        s.classes());
  }

  private static Linear linear(int in, int out, int bits) {
    return new Linear(in, out, bits, NO_WEIGHTS, null, null);
  }

  private static short[] table(Block b) {
    return b.mlp().activation().table();
  }

  private static List<Integer> bits(Block b) {
    Attention a = b.attention();
    return List.of(
        a.query().weightBits(),
        a.key().weightBits(),
        a.value().weightBits(),
        a.projection().weightBits(),
        b.mlp().fc1().weightBits(),
        b.mlp().fc2().weightBits());
  }
}
