package org.p2vit.generator.cli;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.quantize.Method;
import org.p2vit.quantize.QuantizeOptions;
import picocli.CommandLine.Option;

/** How to quantize: what 'quantize' and 'ablate' have in common. */
final class QuantizeOptionsMixin {

  @Option(
      names = "--weight-bits",
      paramLabel = "4|8",
      defaultValue = "8",
      description =
          "Bits of all weights that --layer-bits does not name (default: ${DEFAULT-VALUE}).")
  private int weightBits;

  @Option(
      names = "--layer-bits",
      paramLabel = "LAYER=BITS",
      split = ",",
      description =
          "Bits of single layers, such as head=8,blocks.0.fc1=4 ('inspect' lists the names).")
  private List<String> layerBits = List.of();

  @Option(
      names = "--residual-bits",
      paramLabel = "8..16",
      defaultValue = "16",
      description = "Bits of the residual stream (default: ${DEFAULT-VALUE}).")
  private int residualBits;

  @Option(
      names = "--without",
      paramLabel = "METHOD",
      split = ",",
      completionCandidates = Methods.class,
      description =
          "Leave methods out, to see what they do: ${COMPLETION-CANDIDATES}"
              + " (docs/quantization.md).")
  private List<String> without = List.of();

  /** For the help text. */
  private static final class Methods implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Method.labels().iterator();
    }
  }

  /**
   * @throws InputException if an entry is no {@code LAYER=BITS}, or a layer is named twice
   */
  private Map<String, Integer> bitsByLayer() {
    Map<String, Integer> bits = new LinkedHashMap<>();
    for (String entry : layerBits) {
      String[] parts = entry.split("=", 2);
      if (parts.length < 2 || !parts[1].matches("\\d{1,3}")) {
        throw new InputException(
            "--layer-bits " + entry + "; LAYER=BITS is accepted, as in head=8");
      }
      if (bits.put(parts[0], Integer.parseInt(parts[1])) != null) {
        throw new InputException("--layer-bits names " + parts[0] + " twice");
      }
    }
    return bits;
  }

  QuantizeOptions options() {
    return QuantizeOptions.DEFAULT
        .withWeightBits(weightBits)
        .withLayerWeightBits(bitsByLayer())
        .withResidualBits(residualBits)
        .without(without.stream().map(Method::of).toList());
  }
}
