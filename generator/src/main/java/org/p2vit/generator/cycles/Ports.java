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
    return new Port(matMulActivation);
  }

  Port layerNormWrite() {
    return new Port(matMulActivation, shifterActivation);
  }

  /** By destination. */
  Port[] loadWrites() {
    Port[] ports = new Port[LoadJob.Destination.values().length];
    for (LoadJob.Destination d : LoadJob.Destination.values()) {
      ports[d.ordinal()] =
          switch (d) {
            case ACTIVATION -> new Port(matMulActivation, shifterActivation, layerNormActivation);
            case WEIGHT -> new Port(matMulWeight);
            case RESIDUAL -> new Port(matMulResidual);
            case PARAMETER, NORM_PARAMETER, TABLE -> new Port();
          };
    }
    return ports;
  }
}
