package org.p2vit.generator.energy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;

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
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();
    try (InputStream in = TechnologyScale.class.getResourceAsStream(FILE)) {
      return mapper.readValue(in, TechnologyScale.class);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Energy in the cells' technology of what takes 1 in the costs'. */
  public double energy() {
    return cells.energy() / costs.energy();
  }
}
