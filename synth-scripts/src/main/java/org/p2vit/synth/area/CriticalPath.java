package org.p2vit.synth.area;

/**
 * The path with most LUTs that ends in some part of the design.
 *
 * @param levels LUTs on it
 * @param from register or port where it starts, {@code instance/instance/register[bit]}
 * @param to where it ends
 */
public record CriticalPath(int levels, String from, String to) {}
