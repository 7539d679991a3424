package org.p2vit.generator.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import org.p2vit.model.QuantizedModel;

/** Tells models and images apart. */
final class Fingerprint {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Fingerprint() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of all numbers of some models. */
  static String of(Collection<QuantizedModel> models) {
    MessageDigest digest = sha256();
    try {
      for (QuantizedModel model : models) {
        digest.update(MAPPER.writeValueAsBytes(model));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
