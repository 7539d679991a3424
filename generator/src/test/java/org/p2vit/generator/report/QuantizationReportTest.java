package org.p2vit.generator.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.P2vit;
import org.p2vit.image.IdxImages;
import org.p2vit.image.ImageSource;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** The report of the demonstration's network, two layers at 4 bits. */
class QuantizationReportTest {
  private static final Path DEMO =
      Path.of(System.getProperty("p2vit.root", ".."))
          .resolve("generator/src/main/resources/org/p2vit/demo");
  private static final int LAYERS = 2 + 4 * 6;
  private static final int TENSORS = 2 + 4 * 11 + 1;

  @TempDir static Path directory;

  private static QuantizationReport report;
  private static String html;
  private static Document page;

  @BeforeAll
  static void write() throws Exception {
    Path onnx = DEMO.resolve("vit-mnist.onnx");
    ImageSource images =
        IdxImages.open(DEMO.resolve("calibration-images-idx3-ubyte.gz"), null).slice(0, 16);
    Quantization quantization =
        Quantizer.quantize(
            P2vit.calibrate(
                onnx, images, new double[] {0.1307}, new double[] {0.3081}, Progress.NONE),
            QuantizeOptions.DEFAULT.withLayerWeightBits(
                Map.of("blocks.1.fc1", 4, "blocks.2.key", 4)),
            Progress.NONE);
    report =
        P2vit.report(
            onnx,
            quantization,
            images.slice(0, 2),
            new QuantizationReport.Comparison(200, 0.99, 0.985, 0.995),
            Progress.NONE);
    ReportFiles.write(report, directory);
    html = Files.readString(directory.resolve("report.html"));
    page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(html)));
  }

  @Test
  void jsonHoldsEveryLayerAndTensor() throws Exception {
    JsonNode json = new ObjectMapper().readTree(directory.resolve("report.json").toFile());
    assertEquals(LAYERS, json.get("layers").size());
    assertEquals(TENSORS, json.get("tensors").size());
    JsonNode fc1 = json.get("layers").get(1 + 6 + 4);
    assertEquals("blocks.1.fc1", fc1.get("name").asText());
    assertEquals(4, fc1.get("weightBits").intValue());
    assertEquals(16, fc1.at("/weights/counts").size());
    assertEquals("blocks.1.hidden", fc1.get("output").asText());
    assertTrue(fc1.get("exponent").get(0).intValue() <= fc1.get("exponent").get(1).intValue());
    long weights =
        IntStream.range(0, 16).mapToLong(i -> fc1.at("/weights/counts/" + i).longValue()).sum();
    assertEquals(64 * 256, weights);
    assertEquals(0.985, json.at("/accuracy/integerTop1").doubleValue());
    // 4-bit weights are the greater loss, in their own layer.
    double own = own("blocks.1.hidden");
    assertTrue(own < own("blocks.0.hidden") - 3, own + " dB");
    assertTrue(own("blocks.2.key") < own("blocks.1.key") - 3, own("blocks.2.key") + " dB");
  }

  private static double own(String tensor) {
    return report.tensorsByName().get(tensor).ownSqnr();
  }

  @Test
  void meanBitsCountMultiplyAccumulates() {
    double layer = 17.0 * 64 * 64;
    double macs = 16 * 49 * 64 + 48 * layer + 64 * 10;
    assertEquals(8 - 4 * (4 * layer + layer) / macs, report.meanBits(), 1e-12);
  }

  @Test
  void pageShowsEveryLayerAndTensor() {
    assertEquals(LAYERS, count("tr", e -> true) - 1);
    assertEquals(TENSORS, count("div", e -> e.getAttribute("class").equals("tensor")));
    assertEquals(2, count("span", e -> e.getAttribute("class").equals("bits b4")));
    // A histogram a layer and a tensor, and one chart.
    assertEquals(LAYERS + TENSORS + 1, count("svg", e -> true));
    assertEquals(LAYERS + TENSORS, count("path", e -> e.getAttribute("class").equals("codes")));
    assertEquals(TENSORS, count("path", e -> e.getAttribute("class").equals("floats")));
    assertTrue(html.contains("99.00 %") && html.contains("98.50 %"));
    assertTrue(html.contains("-0.50 points"));
  }

  @Test
  void pageNeedsNothingFromElsewhere() {
    String own = html.replace("http://www.w3.org/2000/svg", "");
    for (String part : new String[] {"http:", "https:", "<script", "src=", "@import", "NaN"}) {
      assertFalse(own.contains(part), part);
    }
  }

  private static long count(String element, Predicate<Element> wanted) {
    var nodes = page.getElementsByTagName(element);
    return IntStream.range(0, nodes.getLength())
        .mapToObj(i -> (Element) nodes.item(i))
        .filter(wanted)
        .count();
  }
}
