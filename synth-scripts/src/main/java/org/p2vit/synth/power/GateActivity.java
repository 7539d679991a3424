package org.p2vit.synth.power;

/**
 * What the gates of a netlist did while the RTL did its work.
 *
 * @param toggles changes of each pin
 * @param compared bits that were compared with the RTL's: outputs, and what macros are given
 * @param different bits that differed
 * @param firstDifference where and when; empty if none did
 */
public record GateActivity(
    Toggles toggles, long compared, long different, String firstDifference) {}
