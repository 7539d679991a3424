package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TokenRowsTest {
  private static final int TOKENS = 65;

  private final TokenRows tokens = new TokenRows(40, TOKENS);

  @Test
  void halfOfASampleAreClassTokensOfAllImages() {
    int[] sample = tokens.sample(500, false);
    assertEquals(500, sample.length);
    int[] classTokens = Arrays.stream(sample).filter(r -> r % TOKENS == 0).toArray();
    assertEquals(255, classTokens.length, 5);
    assertEquals(40, Arrays.stream(classTokens).distinct().count());
    assertEquals(245, Arrays.stream(sample).filter(r -> r % TOKENS > 0).distinct().count(), 5);
  }

  @Test
  void sampleOfClassTokensOnly() {
    int[] all = new int[40];
    Arrays.setAll(all, i -> i * TOKENS);
    assertArrayEquals(all, tokens.sample(500, true));
    assertEquals(7, tokens.sample(7, true).length);
  }
}
