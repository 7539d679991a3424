package org.p2vit.generator.sweep;

/**
 * What is known of a point before anything is built.
 *
 * @param id of the point
 * @param point the design
 * @param cycles an image
 * @param utilization multiplications of the model over those that the array could have done
 * @param memoryBytes all on-chip memories
 * @param luts 6-input LUTs, multipliers included, by {@link AreaModel}
 * @param microjoules an image
 */
public record PredictedPoint(
    String id,
    SweepPoint point,
    long cycles,
    double utilization,
    long memoryBytes,
    long luts,
    double microjoules) {}
