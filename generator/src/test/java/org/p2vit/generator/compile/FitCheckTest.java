package org.p2vit.generator.compile;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

class FitCheckTest {
  private static final VitShape SHAPE = new VitShape(1, 8, 8, 2, 24, 1, 2, 20, 5);
  private static final QuantizedModel MODEL =
      RandomModels.model(4, SHAPE, RandomModels.WeightBits.W8);
  private static final Architecture FITTED =
      ArchitectureFitter.fit(MODEL, FitOptions.DEFAULT.withMacs(64).withAxiBits(32));

  /** Every buffer at what the model needs compiles, with one word less it does not. */
  @ParameterizedTest
  @CsvSource({
    "activationWords",
    "weightWords",
    "residualWords",
    "valueWords",
    "scoreSlotWords",
    "codeSlotWords",
    "parameterWords",
    "normParameterWords"
  })
  void bufferOneWordShortIsNamed(String buffer) throws Exception {
    BufferNeeds n = BufferNeeds.of(SHAPE, false, FITTED);
    int needed =
        switch (buffer) {
          case "activationWords" -> n.activationWords();
          case "weightWords" -> n.keyWords() + n.tileWords();
          case "residualWords" -> n.residualWords();
          case "valueWords" -> n.valueWords();
          case "scoreSlotWords" -> n.scoreSlotWords();
          case "codeSlotWords" -> n.codeSlotWords();
          case "parameterWords" -> n.tileParameterWords();
          default -> n.normParameterWords();
        };
    ModelCompiler.compile(MODEL, with("buffers", buffer, needed));
    assertFails(
        with("buffers", buffer, needed - 1),
        "buffers.%s is %d, at least %d are needed".formatted(buffer, needed - 1, needed));
  }

  @Test
  void numbersThatTheRtlDoesNotHoldAreNamed() throws Exception {
    int bits = Sums.accumulatorBits(MODEL);
    ModelCompiler.compile(MODEL, with("economy", "accumulatorBits", bits));
    assertFails(
        with("economy", "accumulatorBits", bits - 1),
        "bits of an accumulator %d is more than economy.accumulatorBits %d"
            .formatted(bits, bits - 1));
    Architecture narrow = with("economy", "progressBits", 8);
    InputException e =
        assertThrows(InputException.class, () -> ModelCompiler.compile(MODEL, narrow, 10));
    assertTrue(e.getMessage().contains("economy.progressBits is 8"), e.getMessage());
  }

  @Test
  void limitsOfTheArchitectureAreNamed() throws Exception {
    assertFails(with("", "maxChannels", 23), "embedding dimension 24 is more than maxChannels 23");
    assertFails(with("", "residualBits", 12), "16 bits needs residualBits 16, not 12");
    assertFails(with("", "ptfMax", 2), "Power-of-Two Factor 7 is more than ptfMax 2");
    int padded = BufferNeeds.codeColumns(SHAPE, FITTED);
    assertFails(
        with("", "maxTokens", padded - 1),
        "padded score row %d is more than maxTokens %d".formatted(padded, padded - 1));
    assertFails(with("", "maxDepth", 16), "is more than maxDepth 16");
  }

  @Test
  void whatJobsCannotNameIsRefused() throws Exception {
    // A ring that long has slots beyond the 8 bits of the jobs' slot fields.
    VitShape many = new VitShape(1, 40, 20, 2, 8, 3, 2, 8, 5);
    QuantizedModel model = RandomModels.model(4, many, RandomModels.WeightBits.W8);
    FitOptions options = FitOptions.DEFAULT.withMacs(16).withAxiBits(32);
    Architecture fitted = ArchitectureFitter.fit(model, options);
    ModelCompiler.compile(model, fitted);
    Architecture arch = with(fitted, "buffers", "codeSlots", 1000);
    InputException e = assertThrows(InputException.class, () -> ModelCompiler.compile(model, arch));
    assertTrue(e.getMessage().contains("SoftmaxJob.codeSlot"), e.getMessage());
  }

  @Test
  void headsMustBeWholeWords() throws Exception {
    assertFails(with("", "depth", 8), "head dimension 12 is not a multiple of depth 8");
    assertFails(
        with("", "shifterColumns", 8), "head dimension 12 is not a multiple of shifterColumns 8");
  }

  private static Architecture with(String record, String field, int value) throws Exception {
    return with(FITTED, record, field, value);
  }

  private static Architecture with(Architecture a, String record, String field, int value)
      throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.valueToTree(a);
    (record.isEmpty() ? json : (ObjectNode) json.get(record)).put(field, value);
    return mapper.treeToValue(json, Architecture.class);
  }

  private static void assertFails(Architecture arch, String message) {
    InputException e = assertThrows(InputException.class, () -> ModelCompiler.compile(MODEL, arch));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertTrue(e.getMessage().contains(MODEL.name()), e.getMessage());
  }
}
