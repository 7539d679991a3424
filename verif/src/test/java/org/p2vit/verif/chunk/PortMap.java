package org.p2vit.verif.chunk;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.emulator.BufferId;
import org.p2vit.verif.emulator.EmulatedBuffer;
import org.p2vit.verif.emulator.Memories;

/** Which buffer is behind which memory port, and how its words look there. */
final class PortMap {
  private PortMap() {}

  /** The buffer of a read port. */
  static BufferId read(Chunk chunk, String port) {
    return switch (port) {
      case "activation" -> BufferId.ACTIVATION;
      case "weight" -> BufferId.WEIGHT;
      case "residual", "residualRead" -> BufferId.RESIDUAL;
      case "value" -> BufferId.VALUE;
      case "score" -> BufferId.SCORE;
      case "scoreMax" -> BufferId.SCORE_MAX;
      case "code" -> BufferId.CODE;
      case "parameter" -> chunk == Chunk.LAYER_NORM ? BufferId.NORM_PARAMETER : BufferId.PARAMETER;
      default -> throw new IllegalArgumentException("read port " + port + " of " + chunk);
    };
  }

  /** The buffer of a write port. */
  static BufferId write(String port) {
    return switch (port) {
      case "activationWrite" -> BufferId.ACTIVATION;
      case "weightWrite" -> BufferId.WEIGHT;
      case "residualWrite" -> BufferId.RESIDUAL;
      case "valueWrite" -> BufferId.VALUE;
      case "scoreWrite" -> BufferId.SCORE;
      case "scoreMaxWrite" -> BufferId.SCORE_MAX;
      case "codeWrite" -> BufferId.CODE;
      case "parameterWrite" -> BufferId.PARAMETER;
      case "normParameterWrite" -> BufferId.NORM_PARAMETER;
      case "tableWrite" -> BufferId.TABLE;
      default -> throw new IllegalArgumentException("write port " + port);
    };
  }

  /** Content of every read port that a chunk may have. */
  static Map<String, BenchStimulus.Words> readable(Chunk chunk, Memories memories) {
    Map<String, BenchStimulus.Words> result = new LinkedHashMap<>();
    for (String port :
        new String[] {
          "activation",
          "weight",
          "residual",
          "residualRead",
          "value",
          "score",
          "scoreMax",
          "code",
          "parameter"
        }) {
      BufferId buffer = read(chunk, port);
      result.put(port, pack(memories.get(buffer), hasOneReader(buffer)));
    }
    return result;
  }

  private static boolean hasOneReader(BufferId buffer) {
    return buffer != BufferId.RESIDUAL && buffer != BufferId.NORM_PARAMETER;
  }

  private static BenchStimulus.Words pack(EmulatedBuffer buffer, boolean held) {
    int bits = buffer.lanes() * buffer.laneBits();
    int wordBytes = (bits + 7) / 8;
    if (buffer.laneBits() % 8 == 0) {
      return new BenchStimulus.Words(buffer.words(), wordBytes, buffer.bytes().clone(), held);
    }
    byte[] data = new byte[buffer.words() * wordBytes];
    for (int w = 0; w < buffer.words(); w++) {
      BigInteger word = BigInteger.ZERO;
      for (int i = buffer.lanes() - 1; i >= 0; i--) {
        word = word.shiftLeft(buffer.laneBits()).or(BigInteger.valueOf(buffer.get(w, i)));
      }
      byte[] big = word.toByteArray();
      for (int i = 0; i < Math.min(big.length, wordBytes); i++) {
        data[w * wordBytes + i] = big[big.length - 1 - i];
      }
    }
    return new BenchStimulus.Words(buffer.words(), wordBytes, data, held);
  }
}
