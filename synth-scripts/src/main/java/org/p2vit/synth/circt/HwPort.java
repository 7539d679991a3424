package org.p2vit.synth.circt;

/** A port of a module of CIRCT's HW dialect. */
public record HwPort(boolean input, String name, int bits) {}
