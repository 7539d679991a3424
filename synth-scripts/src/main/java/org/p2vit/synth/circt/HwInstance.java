package org.p2vit.synth.circt;

/**
 * An instance within a module.
 *
 * @param name of the instance
 * @param module what it is an instance of
 */
public record HwInstance(String name, String module) {}
