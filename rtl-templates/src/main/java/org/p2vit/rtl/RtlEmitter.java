package org.p2vit.rtl;

import java.nio.file.Path;

/**
 * Turns an {@link Architecture} into SystemVerilog: one file a module and a file list. The same
 * input gives the same bytes, whatever the directory.
 *
 * <p>Every method throws {@link org.p2vit.model.InputException} if the directory cannot be written
 * or there is no such module.
 */
public interface RtlEmitter {

  /** Name of the whole accelerator's module. */
  String TOP = "P2vit";

  /** The emitter: Chisel templates compiled by firtool. */
  static RtlEmitter create() {
    return new ChiselEmitter();
  }

  /** Emits the whole accelerator, {@value #TOP}, into a directory, which is made if missing. */
  default EmittedRtl emit(Architecture architecture, Path directory) {
    return emitChunk(architecture, TOP, directory);
  }

  /**
   * Emits one module alone, with everything below it.
   *
   * @param module name of a template in this package whose constructor takes an {@link
   *     Architecture}, such as {@code MatMul}
   */
  EmittedRtl emitChunk(Architecture architecture, String module, Path directory);
}
