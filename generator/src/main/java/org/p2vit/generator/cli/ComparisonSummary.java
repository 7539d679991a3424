package org.p2vit.generator.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.verify.Mismatch;
import org.p2vit.generator.verify.TensorShapes;
import org.p2vit.generator.verify.VerificationReport;
import org.p2vit.generator.verify.VerificationReport.TensorResult;
import org.p2vit.model.QuantizedModel;
import picocli.CommandLine.Help;

/**
 * What 'compare' found.
 *
 * @param equal whether nothing differs
 * @param isolated whether each tensor was computed from the expected ones before it
 * @param images compared
 * @param tensors over all images, in the order of computation
 */
record ComparisonSummary(
    String model, boolean equal, boolean isolated, int images, List<Tensor> tensors) {

  /**
   * A tensor over all images.
   *
   * @param elements compared
   * @param equal of them
   * @param first the first that differs, null if none does
   * @param file whose tensor that is
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Tensor(String tensor, long elements, long equal, Difference first, String file) {
    private static Tensor of(TensorResult result, String file) {
      return new Tensor(
          result.tensor(),
          result.elements(),
          result.elements() - result.mismatches(),
          result.first().map(Difference::of).orElse(null),
          result.first().isPresent() ? file : null);
    }

    private Tensor plus(Tensor next) {
      return new Tensor(
          tensor,
          elements + next.elements,
          equal + next.equal,
          first == null ? next.first : first,
          first == null ? next.file : file);
    }
  }

  /**
   * A code that differs.
   *
   * @param head null if the tensor has no such dimension
   * @param token row
   * @param channel column; for scores and attention the token that is attended to
   * @param expected code of the user's file
   * @param found code of the golden model
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Difference(Integer head, int token, int channel, int expected, int found) {
    private static Difference of(Mismatch m) {
      return new Difference(
          m.head() < 0 ? null : m.head(), m.row(), m.channel(), m.expected(), m.found());
    }

    @Override
    public String toString() {
      return "%stoken %d, channel %d: expected %d, found %d"
          .formatted(head == null ? "" : "head " + head + ", ", token, channel, expected, found);
    }
  }

  static ComparisonSummary of(
      QuantizedModel model, List<Path> files, List<VerificationReport> reports, boolean isolated) {
    Map<String, Tensor> sums = new LinkedHashMap<>();
    for (int i = 0; i < reports.size(); i++) {
      String file = files.get(i).toString();
      for (TensorResult r : reports.get(i).tensors()) {
        sums.merge(r.tensor(), Tensor.of(r, file), Tensor::plus);
      }
    }
    List<Tensor> tensors = new ArrayList<>(sums.values());
    // A file may have tensors that those before it lack.
    tensors.sort(
        Comparator.comparingInt(t -> TensorShapes.names(model.shape()).indexOf(t.tensor())));
    boolean equal = tensors.stream().allMatch(t -> t.equal() == t.elements());
    return new ComparisonSummary(model.name(), equal, isolated, reports.size(), tensors);
  }

  void print(PrintWriter out) {
    Help.TextTable table = ConsoleTable.columns(24, 14, 14, 70);
    table.addRowValues("tensor", "elements", "equal", "first difference");
    for (Tensor t : tensors) {
      table.addRowValues(
          t.tensor(),
          "%,d".formatted(t.elements()),
          "%,d".formatted(t.equal()),
          t.first() == null ? "-" : t.first().toString());
    }
    out.print(table);
    out.println();
    if (equal) {
      out.printf(
          "equal: %d tensors of %d images, %,d codes%n",
          tensors.size(), images, tensors.stream().mapToLong(Tensor::elements).sum());
    } else {
      Tensor t = tensors.stream().filter(x -> x.first() != null).findFirst().orElseThrow();
      out.printf("DIFFERENT: first in %s, %s (%s)%n", t.tensor(), t.first(), t.file());
      out.println("expected: your tensors; found: golden model " + model);
      if (!isolated) {
        out.println(
            "Tensors behind it may differ only because of it; --isolate computes each from yours.");
      }
    }
    out.flush();
  }
}
