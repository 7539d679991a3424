package org.p2vit.generator.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.verify.VerificationReport.TensorResult;
import org.p2vit.golden.GoldenModel;
import org.p2vit.rtl.Chunk;

/** Compares what an accelerator computed with the golden model, tensor by tensor. */
public final class Verifier {
  private final CompiledModel compiled;
  private final GoldenModel golden;

  /**
   * @param golden the model that {@code compiled} was made from
   */
  public Verifier(CompiledModel compiled, GoldenModel golden) {
    this.compiled = compiled;
    this.golden = golden;
  }

  /**
   * Compares the image of a start that has one.
   *
   * @param inputCodes T x patch length, as given to both
   * @param taps each chunk's tapped elements, see {@link TapDecoder}
   * @param outputRegion the bytes that the accelerator stored
   */
  public VerificationReport verify(
      byte[] inputCodes, Map<Chunk, short[]> taps, byte[] outputRegion) {
    return verify(List.of(inputCodes), taps, outputRegion).get(0);
  }

  /**
   * Compares all images of a start.
   *
   * @param inputCodes of each image, T x patch length, as given to both
   * @param outputRegion the bytes that the accelerator stored, of all images
   */
  public List<VerificationReport> verify(
      List<byte[]> inputCodes, Map<Chunk, short[]> taps, byte[] outputRegion) {
    if (inputCodes.size() != compiled.images()) {
      throw new IllegalArgumentException(
          inputCodes.size() + " inputs for a program of " + compiled.images() + " images");
    }
    TapDecoder.Decoded decoded = TapDecoder.decode(compiled, taps);
    int bytes = compiled.output().bytes();
    List<VerificationReport> reports = new ArrayList<>();
    for (int i = 0; i < inputCodes.size(); i++) {
      byte[] output = Arrays.copyOfRange(outputRegion, i * bytes, (i + 1) * bytes);
      reports.add(verify(inputCodes.get(i), decoded.images().get(i), output, decoded.problems()));
    }
    return reports;
  }

  private VerificationReport verify(
      byte[] inputCodes, Map<String, int[]> tensors, byte[] output, List<String> streamProblems) {
    Map<String, int[]> expected = new LinkedHashMap<>();
    int[] logits = golden.logits(inputCodes, (name, shape, codes) -> expected.put(name, codes));
    // The input is given, not computed.
    expected.remove("input");
    List<TensorResult> results = new ArrayList<>();
    List<String> problems = new ArrayList<>(streamProblems);
    expected.forEach(
        (name, codes) -> {
          int[] found = tensors.get(name);
          if (found == null) {
            problems.add("no job computes " + name);
          } else {
            results.add(TensorResult.compare(compiled.shape(), name, codes, found));
          }
        });
    results.add(
        TensorResult.compare(
            compiled.shape(), "stored logits", logits, compiled.output().decode(output)));
    return new VerificationReport(results, problems);
  }
}
