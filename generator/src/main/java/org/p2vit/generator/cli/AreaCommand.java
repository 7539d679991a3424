package org.p2vit.generator.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.model.InputException;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.area.AreaEstimator;
import org.p2vit.synth.device.Device;
import org.p2vit.synth.device.DeviceFit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit area}. */
@Command(
    name = "area",
    description = {
      "Estimates the area and logic depth of a generated design, without vendor tools.",
      "CIRCT's circt-synth maps each distinct module to K-input LUTs."
    },
    sortOptions = false)
final class AreaCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DESIGN", description = "Folder that 'generate' wrote.")
  private Path design;

  @Option(
      names = "--lut-inputs",
      paramLabel = "K",
      description = "Inputs of a LUT, 3 to 6 (default: those of the device, or 6).")
  private Integer lutInputs;

  @Mixin private DeviceOption device;

  @Option(names = "--modules", description = "Also list every distinct module.")
  private boolean modules;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    Device wanted = device.choose();
    int inputs = lutInputs(wanted);
    AreaEstimate estimate;
    try (ProgressLine progress = new ProgressLine()) {
      estimate = P2vit.area(design, inputs, progress::at);
    }
    AreaTables tables = new AreaTables(estimate);
    tables.print(spec.commandLine().getOut());
    if (modules) {
      tables.printModules(spec.commandLine().getOut());
    }
    DeviceFit fit = wanted == null ? null : DeviceFit.of(estimate, wanted);
    if (fit != null) {
      DeviceFitTable.print(fit, spec.commandLine().getOut());
    }
    json.write(new Result(estimate, fit));
    return tables.reportFailures(spec.commandLine().getErr()) ? 1 : 0;
  }

  private int lutInputs(Device wanted) {
    if (wanted == null) {
      return lutInputs == null ? AreaEstimator.MOST_LUT_INPUTS : lutInputs;
    }
    int ofDevice = wanted.family().lutInputs();
    if (lutInputs != null && lutInputs != ofDevice) {
      throw new InputException(
          "--lut-inputs " + lutInputs + ", but LUTs of " + wanted.name() + " have " + ofDevice);
    }
    return ofDevice;
  }

  /**
   * What goes into the JSON file.
   *
   * @param deviceFit null without --device
   */
  record Result(@JsonUnwrapped AreaEstimate estimate, DeviceFit deviceFit) {}
}
