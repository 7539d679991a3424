package org.p2vit.synth.device;

/**
 * LUTs as a memory with one write and one read port.
 *
 * @param words at most
 * @param bits of a word, under one write enable
 * @param luts that it takes
 */
public record DistributedRam(int words, int bits, int luts) {}
