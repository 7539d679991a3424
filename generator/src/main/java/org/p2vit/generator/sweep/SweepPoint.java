package org.p2vit.generator.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.p2vit.model.io.Sha256;
import org.p2vit.rtl.Architecture;

/**
 * One design at work.
 *
 * @param model name of the model in the sweep
 * @param architecture the design
 * @param latency of the memory, in cycles
 */
public record SweepPoint(String model, Architecture architecture, int latency) {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int ID_DIGITS = 10;

  /** Names the point's files: the same for the same point in every sweep. */
  public String id() {
    try {
      byte[] text = MAPPER.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
      return Sha256.hex(text).substring(0, ID_DIGITS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code 1x16x64}. */
  public String array() {
    Architecture a = architecture;
    return a.rows() + "x" + a.columns() + "x" + a.depth();
  }
}
