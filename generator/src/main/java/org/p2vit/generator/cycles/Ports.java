package org.p2vit.generator.cycles;

import org.p2vit.rtl.job.LoadJob;

/** Who uses the ports that several chunks share, and when: {@code P2vit.connectBuffers}. */
final class Ports {
  final PortUse matMulActivation = new PortUse();
  final PortUse shifterActivation = new PortUse();
  final PortUse layerNormActivation = new PortUse();
  final PortUse matMulWeight = new PortUse();
  final PortUse matMulResidual = new PortUse();
  final PortUse matMulResidualRead = new PortUse();

  Port shifterWrite() {
    return Port.of(matMulActivation);
  }

  Port layerNormWrite() {
    return Port.of(matMulActivation, shifterActivation);
  }

  /** By destination. */
  Port[] loadWrites() {
    Port[] ports = new Port[LoadJob.Destination.values().length];
    for (LoadJob.Destination d : LoadJob.Destination.values()) {
      ports[d.ordinal()] =
          switch (d) {
            case ACTIVATION -> Port.of(matMulActivation, shifterActivation, layerNormActivation);
            case WEIGHT -> Port.of(matMulWeight);
            case RESIDUAL -> Port.of(matMulResidual);
            case PARAMETER, NORM_PARAMETER, TABLE -> Port.of();
          };
    }
    return ports;
  }
}
