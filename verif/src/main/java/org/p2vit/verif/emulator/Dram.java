package org.p2vit.verif.emulator;

/**
 * External memory, one array for each base address register.
 *
 * @param model the memory image
 * @param input the input tensor
 * @param output the output region
 */
public record Dram(byte[] model, byte[] input, byte[] output) {}
