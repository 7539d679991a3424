package org.p2vit.generator.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.MessageDigest;
import java.util.Collection;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.Sha256;

/** Tells models and images apart. */
final class Fingerprint {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Fingerprint() {}

  /** Of all numbers of some models. */
  static String of(Collection<QuantizedModel> models) {
    MessageDigest digest = Sha256.digest();
    try {
      for (QuantizedModel model : models) {
        digest.update(MAPPER.writeValueAsBytes(model));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    return Sha256.hex(digest);
  }
}
