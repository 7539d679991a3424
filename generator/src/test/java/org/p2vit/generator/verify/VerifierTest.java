package org.p2vit.generator.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.EmulatedRun;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.emulator.Schedule;

/** What a difference looks like: results are right but for one that the test changes. */
class VerifierTest {
  private static final VitShape SHAPE = new VitShape(1, 8, 8, 2, 16, 1, 2, 20, 5);
  private static CompiledModel compiled;
  private static Verifier verifier;
  private static final byte[] INPUT = RandomModels.input(8, SHAPE);
  private EmulatedRun run;

  @BeforeAll
  static void compile() {
    QuantizedModel model = RandomModels.model(8, SHAPE, RandomModels.WeightBits.W8);
    FitOptions options = FitOptions.DEFAULT.withMacs(64).withAxiBits(32);
    compiled = ModelCompiler.compile(model, ArchitectureFitter.fit(model, options));
    verifier = new Verifier(compiled, new GoldenModel(model));
  }

  @BeforeEach
  void emulate() {
    run = EmulatedRun.of(compiled, List.of(INPUT), Schedule.programOrder(), 8);
  }

  private VerificationReport verify() {
    return verifier.verify(INPUT, run.taps(), run.output());
  }

  /** Element of row {@code row} and column {@code column} in a stream of rows of {@code width}. */
  private int at(int row, int column, int width) {
    int rows = compiled.architecture().rows();
    int p = compiled.architecture().requantColumns();
    return row / rows * rows * width + column / p * rows * p + row % rows * p + column % p;
  }

  @Test
  void unchangedResultsAreExact() {
    VerificationReport report = verify();
    assertTrue(report.exact(), report.summary());
    int t = SHAPE.tokens();
    int perToken = 9 * SHAPE.dim() + SHAPE.mlpDim();
    int attention = 2 * SHAPE.heads() * t * t;
    int once = SHAPE.dim() + 2 * SHAPE.classes();
    assertEquals((long) t * perToken + attention + once, report.elements());
  }

  @Test
  void mismatchNamesLayerRowAndChannel() {
    short[] norms = run.taps().get(Chunk.LAYER_NORM);
    int index = at(13, 6, SHAPE.dim());
    norms[index] ^= 1;
    VerificationReport report = verify();
    assertFalse(report.exact());
    Mismatch first = report.first().orElseThrow();
    assertEquals("blocks.0.norm1", first.tensor());
    assertEquals(13, first.row());
    assertEquals(6, first.channel());
    assertEquals(norms[index], first.found());
    assertEquals(norms[index] ^ 1, first.expected());
    assertEquals(1, report.mismatches());
    assertTrue(report.summary().contains("blocks.0.norm1, row 13, channel 6"), report.summary());
  }

  @Test
  void mismatchInAttentionNamesTheHead() {
    short[] codes = run.taps().get(Chunk.SOFTMAX);
    int rows = compiled.architecture().rows();
    int padded = (SHAPE.tokens() + rows - 1) / rows * rows;
    int width = codes.length / SHAPE.heads() / padded;
    codes[codes.length / 2 + at(4, 9, width)] ^= 1;
    Mismatch first = verify().first().orElseThrow();
    assertEquals("blocks.0.attention", first.tensor());
    assertEquals(1, first.head());
    assertEquals(4, first.row());
    assertEquals(9, first.channel());
  }

  @Test
  void storedLogitsAreCompared() {
    run.output()[0] ^= 1;
    VerificationReport report = verify();
    assertEquals("stored logits", report.first().orElseThrow().tensor());
    assertEquals(1, report.mismatches());
  }

  @Test
  void missingResultsAreReported() {
    short[] contexts = run.taps().get(Chunk.SHIFTER);
    run.taps().put(Chunk.SHIFTER, Arrays.copyOf(contexts, contexts.length - 8));
    VerificationReport report = verify();
    assertFalse(report.exact());
    assertTrue(report.summary().contains("SHIFTER gave"), report.summary());
    assertTrue(report.summary().contains("blocks.0.context"), report.summary());
  }

  @Test
  void surplusResultsAreReported() {
    short[] contexts = run.taps().get(Chunk.SHIFTER);
    run.taps().put(Chunk.SHIFTER, Arrays.copyOf(contexts, contexts.length + 1));
    VerificationReport report = verify();
    assertFalse(report.exact());
    assertEquals(0, report.mismatches());
    assertTrue(report.problems().get(0).contains("are expected"), report.summary());
  }

  @Test
  void aChunkWithoutResultsIsReported() {
    run.taps().remove(Chunk.LAYER_NORM);
    VerificationReport report = verify();
    assertTrue(report.summary().contains("LAYER_NORM gave 0 results"), report.summary());
  }
}
