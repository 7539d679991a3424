package org.p2vit.generator.verify;

import java.util.List;
import java.util.Optional;
import org.p2vit.model.VitShape;

/**
 * Outcome of a comparison with the golden model.
 *
 * @param tensors in the order of computation
 * @param problems that are not about single codes
 */
public record VerificationReport(List<TensorResult> tensors, List<String> problems) {

  /**
   * One tensor.
   *
   * @param tensor its name
   * @param elements compared
   * @param mismatches of them that differ
   * @param first of those that differ, in row-major order
   */
  public record TensorResult(
      String tensor, int elements, int mismatches, Optional<Mismatch> first) {

    /**
     * Compares codes.
     *
     * @param tensor name as in docs/numerics.md section 2
     * @param expected row-major
     * @param found as many
     */
    public static TensorResult compare(VitShape shape, String tensor, int[] expected, int[] found) {
      if (expected.length != found.length) {
        throw new IllegalStateException(
            tensor + " has " + found.length + " elements, expected " + expected.length);
      }
      int mismatches = 0;
      Optional<Mismatch> first = Optional.empty();
      for (int i = 0; i < expected.length; i++) {
        if (expected[i] != found[i] && mismatches++ == 0) {
          first = Optional.of(Mismatch.at(shape, tensor, i, expected[i], found[i]));
        }
      }
      return new TensorResult(tensor, expected.length, mismatches, first);
    }
  }

  public VerificationReport {
    tensors = List.copyOf(tensors);
    problems = List.copyOf(problems);
  }

  /** Whether everything was compared and nothing differs. */
  public boolean exact() {
    return problems.isEmpty() && mismatches() == 0;
  }

  /** Elements compared. */
  public long elements() {
    return tensors.stream().mapToLong(TensorResult::elements).sum();
  }

  /** Elements that differ. */
  public long mismatches() {
    return tensors.stream().mapToLong(TensorResult::mismatches).sum();
  }

  /** The first difference in the first tensor, by order of computation, that has one. */
  public Optional<Mismatch> first() {
    return tensors.stream().flatMap(t -> t.first().stream()).findFirst();
  }

  /** One line; when not exact, several: problems, first mismatch, tensors that differ. */
  public String summary() {
    if (exact()) {
      return "bit-exact: %d tensors, %d elements".formatted(tensors.size(), elements());
    }
    StringBuilder text = new StringBuilder("NOT bit-exact");
    problems.forEach(p -> text.append("\n  ").append(p));
    first().ifPresent(m -> text.append("\n  first mismatch: ").append(m));
    for (TensorResult t : tensors) {
      if (t.mismatches() > 0) {
        text.append(
            "%n  %s: %d of %d elements differ".formatted(t.tensor(), t.mismatches(), t.elements()));
      }
    }
    return text.toString();
  }
}
