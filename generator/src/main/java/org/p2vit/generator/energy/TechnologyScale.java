package org.p2vit.generator.energy;

import org.p2vit.model.io.SettingsFile;

/**
 * How much more energy the default cell library takes than the technology of the default costs for
 * the same logic, as {@code technology-scale.json} has it.
 *
 * @param source where it was published
 * @param costs technology of {@link EnergyCosts#standard}
 * @param cells technology of osu018
 */
public record TechnologyScale(String source, Node costs, Node cells) {
  private static final String FILE = "technology-scale.json";

  /**
   * A technology: energy in an arbitrary unit is {@code a2 V^2 + a1 V + a0}.
   *
   * @param volt supply
   */
  public record Node(String technology, double volt, double a2, double a1, double a0) {
    double energy() {
      return (a2 * volt + a1) * volt + a0;
    }
  }

  /** The shipped one. */
  public static TechnologyScale standard() {
    return SettingsFile.complete(TechnologyScale.class, "technology scale").readShipped(FILE);
  }

  /** Energy in the cells' technology of what takes 1 in the costs'. */
  public double energy() {
    return cells.energy() / costs.energy();
  }
}
