package org.p2vit.generator.cycles;

/**
 * When a job runs; cycles are those of the register CYCLES.
 *
 * @param taken by its chunk
 * @param firstDone completion of its first unit
 * @param lastDone completion of its last unit
 */
public record JobCycles(long taken, long firstDone, long lastDone) {}
