package org.p2vit.generator.cli;

import java.util.Arrays;
import org.p2vit.model.InputException;
import picocli.CommandLine.Option;

/** How the float model wants its pixels: {@code (pixel/255 - mean) / std}. */
final class NormalizationOptions {

  @Option(
      names = "--mean",
      paramLabel = "M",
      split = ",",
      required = true,
      description =
          "Mean of the pixels (0 to 1): one number, or one an image channel, comma-separated.")
  private double[] mean;

  @Option(
      names = "--std",
      paramLabel = "S",
      split = ",",
      required = true,
      description = "Standard deviation, likewise.")
  private double[] std;

  double[] mean(int channels) {
    for (double m : mean) {
      if (!(m >= 0 && m <= 1)) {
        throw new InputException(
            "--mean "
                + m
                + "; 0 to 1 is accepted, of pixels from 0 to 1 (of pixels from 0 to 255, divide --mean and --std by 255)");
      }
    }
    return perChannel("--mean", mean, channels);
  }

  double[] std(int channels) {
    for (double s : std) {
      if (!(s > 0 && s < Double.POSITIVE_INFINITY)) {
        throw new InputException("--std " + s + "; numbers above 0 are accepted");
      }
    }
    return perChannel("--std", std, channels);
  }

  private static double[] perChannel(String option, double[] values, int channels) {
    if (values.length != 1 && values.length != channels) {
      throw new InputException(
          option
              + " has "
              + values.length
              + " numbers; the model's images have "
              + channels
              + " channels");
    }
    double[] result = Arrays.copyOf(values, channels);
    if (values.length == 1) {
      Arrays.fill(result, values[0]);
    }
    return result;
  }
}
