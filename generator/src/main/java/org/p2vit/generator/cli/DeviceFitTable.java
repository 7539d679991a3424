package org.p2vit.generator.cli;

import java.io.PrintWriter;
import org.p2vit.synth.device.DeviceFit;

/** A {@link DeviceFit} for people. */
final class DeviceFitTable {
  private DeviceFitTable() {}

  static void print(DeviceFit fit, PrintWriter out) {
    ConsoleTable table =
        new ConsoleTable(
            fit.fits()
                ? "Fits " + fit.device()
                : "Does not fit " + fit.device() + ": misses " + fit.missing());
    for (DeviceFit.Use use : fit.uses()) {
      table.row(
          use.resource(),
          "%,10d of %,10d  %6.1f %%%s",
          use.needed(),
          use.available(),
          100.0 * use.needed() / use.available(),
          use.missing() == 0 ? "" : "  too many");
    }
    table.print(out);
  }
}
