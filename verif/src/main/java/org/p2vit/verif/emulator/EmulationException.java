package org.p2vit.verif.emulator;

/** A program did what the hardware does not define: the message names the job and the field. */
public class EmulationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EmulationException(String message) {
    super(message);
  }
}
