package org.p2vit.generator.cli;

import org.p2vit.synth.device.Device;
import org.p2vit.synth.device.Devices;
import picocli.CommandLine.Option;

/** {@code --device NAME}. */
final class DeviceOption {

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "Say whether the design fits this FPGA or board, and by what it misses; 'p2vit devices' lists them.")
  private String name;

  /** Null if none is named; an unknown one is an error. */
  Device choose() {
    return name == null ? null : Devices.find(name);
  }
}
