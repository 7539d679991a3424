package org.p2vit.rtl;

/** Why the MATMUL array does not multiply in a cycle; each is counted by a register. */
public enum StallCause {
  LOAD(RegisterMap.STALL_LOAD, Chunk.LOAD.ordinal()),
  MATMUL(RegisterMap.STALL_MATMUL, Chunk.MATMUL.ordinal()),
  SOFTMAX(RegisterMap.STALL_SOFTMAX, Chunk.SOFTMAX.ordinal()),
  SHIFTER(RegisterMap.STALL_SHIFTER, Chunk.SHIFTER.ordinal()),
  LAYER_NORM(RegisterMap.STALL_LAYER_NORM, Chunk.LAYER_NORM.ordinal()),
  NO_JOB(RegisterMap.STALL_NO_JOB, Chunk.values().length),
  OUTPUT(RegisterMap.STALL_OUTPUT, Chunk.values().length + 1);

  /** Width of MATMUL's {@code stall}. */
  public static final int SIGNALS = Chunk.values().length + 2;

  private final RegisterMap register;
  private final int index;

  StallCause(RegisterMap register, int index) {
    this.register = register;
    this.index = index;
  }

  /** The register that counts its cycles. */
  public RegisterMap register() {
    return register;
  }

  /** Bit of MATMUL's {@code stall}: the ordinal of the chunk that the array waits for, or above. */
  public int index() {
    return index;
  }
}
