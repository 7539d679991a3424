package org.p2vit.generator.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.p2vit.synth.device.Device;
import org.p2vit.synth.device.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code p2vit devices}. */
@Command(
    name = "devices",
    description = "Lists the FPGAs that --device knows, and where their figures are from.",
    sortOptions = false)
final class DevicesCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    ConsoleTable table = new ConsoleTable("Devices");
    for (Device d : Devices.all()) {
      table.row(
          d.name(),
          "%,10d %-4s %,7d DSPs %,6d %-11s %,6d large  %-12s %s",
          d.luts(),
          d.family().lutUnit(),
          d.dsps(),
          d.blockRams(),
          d.family().blockRam().name(),
          d.ultraRams(),
          d.familyName(),
          boards(d) + d.source());
    }
    table.print(spec.commandLine().getOut());
    json.write(Devices.all());
    return 0;
  }

  private static String boards(Device d) {
    return d.boards().isEmpty()
        ? ""
        : String.format(Locale.ROOT, "(%s) ", String.join(", ", d.boards()));
  }
}
