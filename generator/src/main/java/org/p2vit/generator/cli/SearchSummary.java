package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.p2vit.generator.search.Allocation;
import org.p2vit.generator.search.Budget;
import org.p2vit.generator.search.Cost;
import org.p2vit.generator.search.LayerGroup;
import org.p2vit.generator.search.MixedPrecisionSearch.Final;
import org.p2vit.generator.search.MixedPrecisionSearch.Found;

/**
 * {@code search.json}: what a search found.
 *
 * @param budget unit, limit, and what the result costs
 * @param costs of the result and of the same bits everywhere, in all units that are known
 * @param seed of the search
 * @param evaluations candidates measured
 * @param groups layers with the same bits, in order of execution
 * @param searched on the images that the search measured with
 * @param results on other images, the result first; empty if there were none
 */
record SearchSummary(
    Limit budget,
    List<Costs> costs,
    long seed,
    int evaluations,
    List<Group> groups,
    Searched searched,
    List<Result> results) {

  /** A constraint and what the result takes of it. */
  record Limit(String unit, double limit, double used) {}

  /** What some allocations cost. */
  record Costs(String unit, double mixed, double all4, double all8) {}

  /**
   * Layers that got the same bits.
   *
   * @param sensitivity loss to expect of 4 bits in these layers alone, in nats
   */
  record Group(String name, List<String> layers, int weightBits, double sensitivity) {}

  /** What the search saw. */
  record Searched(int images, int floatRight, int right, double divergence) {}

  /** A model on images that the search had not seen. */
  record Result(String weights, Final measured) {}

  static SearchSummary of(
      Budget budget,
      List<Cost> costs,
      long seed,
      List<LayerGroup> groups,
      Found found,
      List<Final> finals) {
    Allocation best = found.best().allocation();
    List<Group> chosen = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      LayerGroup group = groups.get(g);
      chosen.add(new Group(group.name(), group.layers(), best.bits(g), found.sensitivity()[g]));
    }
    Allocation all4 = Allocation.uniform(groups.size(), 4);
    Allocation all8 = Allocation.uniform(groups.size(), 8);
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < finals.size(); i++) {
      results.add(new Result(NAMES.get(i), finals.get(i)));
    }
    return new SearchSummary(
        new Limit(budget.cost().unit(), budget.limit(), budget.cost().of(best)),
        costs.stream().map(c -> new Costs(c.unit(), c.of(best), c.of(all4), c.of(all8))).toList(),
        seed,
        found.measured().size(),
        chosen,
        new Searched(
            found.best().images(),
            found.floatRight(),
            found.best().right(),
            found.best().divergence()),
        results);
  }

  /** In the order in which models are measured at the end. */
  private static final List<String> NAMES = List.of("mixed", "4 bits", "8 bits");

  void print(PrintWriter out) {
    ConsoleTable table = new ConsoleTable("Mixed precision");
    for (Costs c : costs) {
      String format =
          c.all8() < 100 ? "%.3f (4 to 8 bits: %.3f to %.3f)" : "%,.0f (%,.0f to %,.0f)";
      table.row(c.unit(), format, c.mixed(), c.all4(), c.all8());
    }
    table.row(
        "8 bits in",
        "%s",
        String.join(
            ", ", groups.stream().filter(g -> g.weightBits() == 8).map(Group::name).toList()));
    table.row("candidates measured", "%,d, each on %,d images", evaluations, searched.images());
    table.print(out);
    if (results.isEmpty()) {
      out.println();
      out.println("no images are left for a final figure; 'run' measures the model on others");
      out.flush();
      return;
    }
    Final first = results.get(0).measured();
    ConsoleTable accuracy =
        new ConsoleTable("On %,d other images".formatted(first.images()))
            .row("top-1, float", "%.2f %%", 100.0 * first.floatRight() / first.images());
    for (Result r : results) {
      accuracy.row(
          "top-1, " + r.weights(),
          "%.2f %%, drop %.2f points (standard error %.2f)",
          100 * r.measured().accuracy(),
          r.measured().drop(),
          r.measured().dropError());
    }
    accuracy.print(out);
  }
}
