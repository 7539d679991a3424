package org.p2vit.generator.verify;

import java.util.Map;
import java.util.Optional;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.SimulationResult;

/**
 * What the accelerator made of the images of one start.
 *
 * @param index of the start
 * @param output the output region's bytes
 * @param taps each producing chunk's results, see {@link TapDecoder}
 * @param run registers and cycles
 * @param cyclesPerSecond that the simulation did
 * @param execution what each chunk did when, if it was asked for
 */
public record RtlStart(
    int index,
    byte[] output,
    Map<Chunk, short[]> taps,
    SimulationResult.RunResult run,
    double cyclesPerSecond,
    Optional<ExecutionTrace> execution) {}
