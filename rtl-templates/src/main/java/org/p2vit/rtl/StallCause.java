package org.p2vit.rtl;

import java.util.Optional;

/** Why the MATMUL array does not multiply in a cycle; each is counted by a register. */
public enum StallCause {
  LOAD(RegisterMap.STALL_LOAD, Chunk.LOAD),
  MATMUL(RegisterMap.STALL_MATMUL, Chunk.MATMUL),
  SOFTMAX(RegisterMap.STALL_SOFTMAX, Chunk.SOFTMAX),
  SHIFTER(RegisterMap.STALL_SHIFTER, Chunk.SHIFTER),
  LAYER_NORM(RegisterMap.STALL_LAYER_NORM, Chunk.LAYER_NORM),
  NO_JOB(RegisterMap.STALL_NO_JOB, Chunk.values().length),
  OUTPUT(RegisterMap.STALL_OUTPUT, Chunk.values().length + 1);

  /** Width of MATMUL's {@code stall}. */
  public static final int SIGNALS = Chunk.values().length + 2;

  private final RegisterMap register;
  private final int index;
  private final Optional<Chunk> chunk;

  StallCause(RegisterMap register, Chunk chunk) {
    this.register = register;
    this.index = chunk.ordinal();
    this.chunk = Optional.of(chunk);
  }

  StallCause(RegisterMap register, int index) {
    this.register = register;
    this.index = index;
    this.chunk = Optional.empty();
  }

  /** The register that counts its cycles. */
  public RegisterMap register() {
    return register;
  }

  /** Bit of MATMUL's {@code stall}: the ordinal of the chunk that the array waits for, or above. */
  public int index() {
    return index;
  }

  /** The chunk that the array waits for; MATMUL: its own results. Empty if it waits for none. */
  public Optional<Chunk> chunk() {
    return chunk;
  }
}
