package org.p2vit.rtl;

/**
 * The AXI4-Lite slave: 32-bit registers, byte offsets. RTL, simulation driver and documentation
 * read this enum.
 *
 * <p>A run: write the base registers, then {@link #CONTROL} = {@value #CONTROL_START}; when {@link
 * #STATUS} shows {@link #STATUS_DONE} or {@link #STATUS_ERROR} (and {@code irq} is high if
 * enabled), read the counters, write {@link #IRQ_CLEAR}.
 *
 * <p>After an error, DONE and ERROR and {@code irq} wait until all memory transactions under way
 * have ended, and no other is started. If the memory does not answer at all, ERROR and {@code irq}
 * come after another {@link #WATCHDOG} cycles, with BUSY still set: the memory must be brought back
 * before the next run. A start while BUSY is ignored. A start clears DONE, ERROR, {@code irq} and
 * all counters, and keeps the other registers and all buffers.
 *
 * <p>Base addresses are multiples of an AXI beat, PROGRAM of a job (64 bytes): the lowest bits read
 * as zero. The program is read in aligned blocks of 256 bytes, so up to 192 bytes behind the END
 * job may be read; what they hold, or an error response to them, does not matter.
 */
public enum RegisterMap {
  ID(0x000, Access.READ, "0x50325654, \"P2VT\""),
  VERSION(0x004, Access.READ, "interface version"),
  CONTROL(0x008, Access.WRITE, "bit 0: start; bit 1: soft reset (also ends an error)"),
  STATUS(
      0x00C,
      Access.READ,
      "bit 0: busy; bit 1: done; bit 2: error; bits 15..8: error code; bits 18..16: chunk"),
  IRQ_ENABLE(0x010, Access.READ_WRITE, "bit 0: irq when done or on an error"),
  IRQ_CLEAR(0x014, Access.WRITE, "any write lowers irq"),
  WATCHDOG(0x018, Access.READ_WRITE, "cycles without any progress that stop the engine; 0: never"),
  ERROR_INFO(0x01C, Access.READ, "index of the job that the error is about"),
  PROGRAM_LOW(0x020, Access.READ_WRITE, "address of the first job"),
  PROGRAM_HIGH(0x024, Access.READ_WRITE, "upper half"),
  MODEL_LOW(0x028, Access.READ_WRITE, "base of the memory image"),
  MODEL_HIGH(0x02C, Access.READ_WRITE, "upper half"),
  INPUT_LOW(0x030, Access.READ_WRITE, "base of the input tensor"),
  INPUT_HIGH(0x034, Access.READ_WRITE, "upper half"),
  OUTPUT_LOW(0x038, Access.READ_WRITE, "base of the output region"),
  OUTPUT_HIGH(0x03C, Access.READ_WRITE, "upper half"),
  OUTPUT_BYTES(
      0x040, Access.READ_WRITE, "size of the output region; a store beyond it is an error"),
  PARAM_ROWS(0x080, Access.READ, "R"),
  PARAM_COLUMNS(0x084, Access.READ, "C"),
  PARAM_DEPTH(0x088, Access.READ, "D"),
  PARAM_REQUANT_LANES(0x08C, Access.READ, "results re-quantized a cycle"),
  PARAM_AXI_BITS(0x090, Access.READ, "width of the AXI4 master"),
  CYCLES(0x100, Access.READ, "cycles from start to done, low 32 bits"),
  CYCLES_HIGH(0x104, Access.READ, "cycles, high 32 bits"),
  MATMUL_BUSY(0x108, Access.READ, "cycles in which the array multiplied"),
  SOFTMAX_BUSY(0x10C, Access.READ, "cycles in which the softmax chunk had work"),
  SHIFTER_BUSY(0x110, Access.READ, "cycles in which the shifter chunk had work"),
  LAYER_NORM_BUSY(0x114, Access.READ, "cycles in which the LayerNorm chunk had work"),
  LOAD_BUSY(0x118, Access.READ, "cycles in which a read beat was taken"),
  STORE_BUSY(0x11C, Access.READ, "cycles in which a write beat was taken"),
  STALL_NO_JOB(0x120, Access.READ, "array idle: no job queued"),
  STALL_LOAD(0x124, Access.READ, "array idle: waits for LOAD"),
  STALL_MATMUL(0x128, Access.READ, "array idle: waits for its own results"),
  STALL_SOFTMAX(0x12C, Access.READ, "array idle: waits for SOFTMAX"),
  STALL_SHIFTER(0x130, Access.READ, "array idle: waits for SHIFTER"),
  STALL_LAYER_NORM(0x134, Access.READ, "array idle: waits for LAYER_NORM"),
  STALL_OUTPUT(0x138, Access.READ, "array idle: the re-quantizer is behind"),
  JOBS(0x13C, Access.READ, "jobs dispatched");

  /** Who may do what. */
  public enum Access {
    READ,
    WRITE,
    READ_WRITE
  }

  public static final int ID_VALUE = 0x50325654;
  public static final int VERSION_VALUE = 1;
  public static final int CONTROL_START = 1;
  public static final int CONTROL_RESET = 2;
  public static final int STATUS_BUSY = 1;
  public static final int STATUS_DONE = 2;
  public static final int STATUS_ERROR = 4;
  public static final int ADDRESS_BITS = 12;

  /** Why the engine stopped, {@code STATUS[15:8]}. */
  public enum ErrorCode {
    NONE("no error"),
    AXI_READ("a read of LOAD or of the program was not answered OKAY"),
    AXI_WRITE("a write of STORE was not answered OKAY"),
    BAD_JOB(
        "magic number, opcode, checksum, an enumeration or a count of a job is wrong, or a number has"
            + " more bits than the architecture holds"),
    WATCHDOG(
        "no unit completed, no beat moved and no job dispatched for WATCHDOG cycles;"
            + " ERROR_INFO is the next job to dispatch"),
    OUT_OF_RANGE("a STORE job reaches beyond OUTPUT_BYTES; it wrote nothing");

    private final String meaning;

    ErrorCode(String meaning) {
      this.meaning = meaning;
    }

    public String meaning() {
      return meaning;
    }
  }

  private final int offset;
  private final Access access;
  private final String meaning;

  RegisterMap(int offset, Access access, String meaning) {
    this.offset = offset;
    this.access = access;
    this.meaning = meaning;
  }

  public int offset() {
    return offset;
  }

  public Access access() {
    return access;
  }

  public String meaning() {
    return meaning;
  }
}
