package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.model.DeitShape;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.io.ModelFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit random}. */
@Command(
    name = "random",
    description = {
      "Writes a quantized model of a known shape with random weights.",
      "It recognizes nothing, but takes the same hardware and the same cycles as a trained one."
    },
    sortOptions = false)
final class RandomCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHAPE", description = "One of ${COMPLETION-CANDIDATES}.")
  private DeitShape shape;

  @Option(
      names = "--blocks",
      paramLabel = "N",
      defaultValue = "" + DeitShape.BLOCKS,
      description = "Transformer blocks (default: ${DEFAULT-VALUE}).")
  private int blocks;

  @Option(
      names = "--weight-bits",
      paramLabel = "N",
      defaultValue = "8",
      description = "8 or 4 (default: ${DEFAULT-VALUE}).")
  private int weightBits;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the weights (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where the model goes; a model that is there is replaced.")
  private Path out;

  @Override
  public Integer call() {
    if (blocks < 1) {
      throw new InputException("--blocks " + blocks + "; at least 1 is needed");
    }
    RandomModels.WeightBits bits =
        switch (weightBits) {
          case 8 -> RandomModels.WeightBits.W8;
          case 4 -> RandomModels.WeightBits.W4;
          default -> throw new InputException("--weight-bits " + weightBits + "; accepted: 8, 4");
        };
    QuantizedModel model = RandomModels.model(seed, shape.shape(blocks), bits);
    ModelFiles.write(model, out);
    PrintWriter writer = spec.commandLine().getOut();
    writer.println("written: " + out.resolve(ModelFiles.MODEL_FILE));
    return 0;
  }
}
