package org.p2vit.rtl

/** ACTIVATION, [R rows][D columns] int8, byte lanes. */
class BufferActivation(architecture: Architecture)
    extends MaskedMemory(
      "BufferActivation",
      architecture.buffers.activationWords,
      architecture.rows * architecture.depth,
      8
    )
