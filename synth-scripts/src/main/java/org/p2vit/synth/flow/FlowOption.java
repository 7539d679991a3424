package org.p2vit.synth.flow;

/**
 * A setting of a flow, an environment variable of its script.
 *
 * @param name of the variable
 * @param meaning and default
 */
public record FlowOption(String name, String meaning) {}
