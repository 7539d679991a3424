package org.p2vit.synth.flow;

import org.p2vit.model.InputException;

/**
 * A setting of a flow, an environment variable of its script.
 *
 * @param name of the variable
 * @param meaning and default
 * @param accepted values
 */
public record FlowOption(String name, String meaning, Accepted accepted) {

  /** A setting that takes any text. */
  FlowOption(String name, String meaning) {
    this(name, meaning, Accepted.TEXT);
  }

  /** Values that a setting takes. */
  public enum Accepted {
    TEXT("text", "(?s).*"),
    COUNT("a whole number", "[0-9]{1,9}"),
    POSITIVE("a number above 0", "(?=.*[1-9])[0-9]{1,9}(\\.[0-9]{1,9})?");

    private final String name;
    private final String pattern;

    Accepted(String name, String pattern) {
      this.name = name;
      this.pattern = pattern;
    }
  }

  /**
   * @throws InputException if the setting does not take this value
   */
  void check(String value) {
    if (!value.matches(accepted.pattern)) {
      throw new InputException(name + "=" + value + ": accepted is " + accepted.name);
    }
  }
}
