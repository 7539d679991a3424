package org.p2vit.onnx.qdq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.qdq.QdqImporter.Imported;
import org.p2vit.quantize.Progress;

class QdqImporterTest {
  private static final VitShape SHAPE = new VitShape(3, 12, 8, 4, 24, 2, 3, 40, 7);

  /** All tensors of an export that is imported again, and of its export. */
  @Test
  void exportsComeBackAsTheyWere() {
    long seed = 31;
    for (int bits : new int[] {16, 8, 11}) {
      for (RandomModels.WeightBits weightBits : RandomModels.WeightBits.values()) {
        QuantizedModel model = RandomModels.model(seed++, SHAPE, weightBits, bits, 7);
        byte[] onnx = QdqExporter.export(model);
        Imported imported =
            QdqImporter.open("again", "again.onnx", onnx).model(null, null, null, Progress.NONE);
        assertEquals(List.of(), imported.notes());
        assertEquals(List.of(), imported.calibrated());
        assertSameTensors(model, imported.model(), seed);
        assertEquals(bits, imported.model().residualBits());
        assertArrayEquals(model.preprocessing().mean(), imported.model().preprocessing().mean());
        assertArrayEquals(model.preprocessing().std(), imported.model().preprocessing().std());
      }
    }
  }

  private static void assertSameTensors(QuantizedModel expected, QuantizedModel found, long seed) {
    byte[] input = RandomModels.input(seed, expected.shape());
    Map<String, int[]> tensors = new LinkedHashMap<>();
    new GoldenModel(expected).logits(input, (name, shape, codes) -> tensors.put(name, codes));
    new GoldenModel(found)
        .logits(
            input,
            (name, shape, codes) ->
                assertArrayEquals(tensors.get(name), codes, name + ", seed " + seed));
  }
}
