package org.p2vit.model.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;

/** The Python program of docs/model-format.md writes a model that is read and computed. */
class DocumentedExampleTest {
  private static final Path PAGE =
      Path.of(System.getProperty("p2vit.root", ".."), "docs", "model-format.md");

  /** The same network in double precision, but for attention in powers of two. */
  private static final String FLOAT_FORWARD =
      """

      def dequantize(path, layer, input_exponent):
          w, b = tensors[path + ".weight"], tensors[path + ".bias"]
          e = np.array(layer["accExponent"], dtype=float)
          return w * 2.0 ** e[:, None] / 2.0 ** np.broadcast_to(input_exponent, w.shape[1]), b * 2.0**e

      def layer(path, node, e, x):
          w, b = dequantize(path, node, e)
          return x @ w.T + b

      def normalize(path, node, x):
          g = tensors[path + ".gain"] * 2.0 ** (10.0 - np.array(node["shift"])) * 2.0**-5
          o = tensors[path + ".offset"] * 2.0 ** -np.array(node["shift"], dtype=float) * 2.0**-5
          return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPS) * g + o

      codes = np.zeros((T, P))
      codes[1:] = (np.arange((T - 1) * P).reshape(T - 1, P) * 37) % 255 - 127
      x = layer("patchEmbedding", model["patchEmbedding"], -7, codes / 128) + tensors["position"] / 2048
      b, at = model["blocks"][0], "blocks.0."
      y = normalize(at + "norm1", b["norm1"], x)
      q, k, v = (layer(at + "attention." + n, b["attention"][n], -5, y).reshape(T, H, -1).transpose(1, 0, 2)
                 for n in ("query", "key", "value"))
      s = np.exp(q @ k.transpose(0, 2, 1))
      attention = 2.0 ** np.rint(np.log2(s / s.sum(-1, keepdims=True)))
      context = (attention @ v).transpose(1, 0, 2).reshape(T, C)
      x = x + layer(at + "attention.projection", b["attention"]["projection"], -6, context)
      y = layer(at + "mlp.fc1", b["mlp"]["fc1"], -5, normalize(at + "norm2", b["norm2"], x))
      y = y * np.vectorize(lambda t: math.erfc(-t / math.sqrt(2)) / 2)(y)
      x = x + layer(at + "mlp.fc2", b["mlp"]["fc2"], -5, y)
      logits = layer("head", model["head"], -5, normalize("norm", model["norm"], x[:1]))[0]
      print(*logits)
      """;

  @Test
  void itsModelComputesWhatItsParametersSay(@TempDir Path directory)
      throws IOException, InterruptedException {
    Optional<String> python =
        List.of("python3", "/usr/bin/python3").stream().filter(p -> hasNumpy(p)).findFirst();
    assumeTrue(python.isPresent(), "no python3 with numpy");
    Matcher code =
        Pattern.compile("```python\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    assertTrue(code.find());
    Path script = Files.writeString(directory.resolve("example.py"), code.group(1) + FLOAT_FORWARD);
    Path output = directory.resolve("model");
    Process process =
        new ProcessBuilder(python.get(), script.toString(), output.toString())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), printed);
    double[] expected =
        Arrays.stream(printed.trim().split(" ")).mapToDouble(Double::parseDouble).toArray();

    QuantizedModel model = ModelFiles.read(output);
    byte[] input = new byte[model.shape().tokens() * model.shape().patchDim()];
    for (int i = 0; i < input.length - 16; i++) {
      input[16 + i] = (byte) (i * 37 % 255 - 127);
    }
    int[] logits = new GoldenModel(model).logits(input);
    assertEquals(10, expected.length);
    double error = 0;
    double size = 0;
    for (int o = 0; o < logits.length; o++) {
      double found = Math.scalb((double) logits[o], model.logitsExponent());
      error += Math.pow(found - expected[o], 2);
      size += Math.pow(expected[o], 2);
    }
    double relative = Math.sqrt(error / size);
    assertTrue(relative < 0.12, Arrays.toString(logits) + " is " + relative + " off " + printed);
  }

  /** The page names every tensor and every field that a written model has. */
  @Test
  void thePageNamesEveryField(@TempDir Path directory) throws IOException {
    var shape = new VitShape(1, 4, 4, 2, 4, 1, 1, 4, 2);
    ModelFiles.write(RandomModels.model(1, shape, RandomModels.WeightBits.W8), directory);
    String page = Files.readString(PAGE);
    Matcher fields =
        Pattern.compile("\"(\\w+)\" :")
            .matcher(Files.readString(directory.resolve(ModelFiles.MODEL_FILE)));
    int count = 0;
    while (fields.find()) {
      String field = fields.group(1);
      assertTrue(Pattern.compile("`[^`]*\\b" + field + "\\b").matcher(page).find(), field);
      count++;
    }
    assertTrue(count > 80, count + " fields");
  }

  private static boolean hasNumpy(String python) {
    try {
      return new ProcessBuilder(python, "-c", "import numpy").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
