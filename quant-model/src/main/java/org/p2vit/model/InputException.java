package org.p2vit.model;

/**
 * What the user gave cannot be used. The message stands alone: it names the file, field, node or
 * layer, what was found and what is accepted.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
