package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;

/**
 * What an architecture depends on in a model.
 *
 * @param shape its dimensions
 * @param weights4 whether any layer has 4-bit weights
 * @param residualBits of the residual stream
 * @param ptfMax largest Power-of-Two Factor
 */
public record ModelTraits(VitShape shape, boolean weights4, int residualBits, int ptfMax) {

  public static ModelTraits of(QuantizedModel model) {
    boolean weights4 = linears(model).stream().anyMatch(l -> l.weightBits() == 4);
    int ptf = 0;
    for (Residual r : residuals(model)) {
      for (byte b : r.ptf()) {
        ptf = Math.max(ptf, b);
      }
    }
    return new ModelTraits(model.shape(), weights4, model.residualBits(), ptf);
  }

  static List<Linear> linears(QuantizedModel m) {
    List<Linear> all = new ArrayList<>(List.of(m.patchEmbedding(), m.head()));
    for (Block b : m.blocks()) {
      all.add(b.attention().query());
      all.add(b.attention().key());
      all.add(b.attention().value());
      all.add(b.attention().projection());
      all.add(b.mlp().fc1());
      all.add(b.mlp().fc2());
    }
    return all;
  }

  private static List<Residual> residuals(QuantizedModel m) {
    List<Residual> all = new ArrayList<>(List.of(m.embed()));
    for (Block b : m.blocks()) {
      all.add(b.residual1());
      all.add(b.residual2());
    }
    return all;
  }
}
