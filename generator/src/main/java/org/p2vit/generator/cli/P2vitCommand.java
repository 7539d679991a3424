package org.p2vit.generator.cli;

import org.p2vit.model.InputException;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line {@code p2vit}. */
@Command(
    name = "p2vit",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    description =
        "Turns a trained Vision Transformer into verified SystemVerilog, with power-of-two scales only.",
    subcommands = {
      QuantizeCommand.class,
      SearchCommand.class,
      AblateCommand.class,
      ImportCommand.class,
      RandomCommand.class,
      InspectCommand.class,
      RunCommand.class,
      CompareCommand.class,
      ExportCommand.class,
      GenerateCommand.class,
      CyclesCommand.class,
      EnergyCommand.class,
      PowerCommand.class,
      AreaCommand.class,
      DevicesCommand.class,
      SynthCommand.class,
      VerifyCommand.class,
      DemoCommand.class,
      SweepCommand.class,
      SweepPointCommand.class,
      CalibrateAreaCommand.class,
      BenchCommand.class,
      GenerateCompletion.class
    })
public final class P2vitCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "On an error, show where in p2vit it arose.")
  private boolean stacktrace;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Exit code: 0 success, 1 the work failed or bad input, 2 wrong use of the command line. */
  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Like {@link #main}, for callers that go on afterwards. */
  public static int execute(String... args) {
    return commandLine().execute(args);
  }

  private static int run(ParseResult parsed, P2vitCommand root) {
    try {
      parsed.asCommandLineList().forEach(c -> OutputChecks.check(c.getParseResult()));
    } catch (InputException e) {
      return Errors.report(e, parsed.commandSpec().commandLine(), root.stacktrace);
    }
    return new RunLast().execute(parsed);
  }

  static CommandLine commandLine() {
    P2vitCommand root = new P2vitCommand();
    return new CommandLine(root)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((error, arguments) -> Errors.usage(error))
        .setExecutionStrategy(parsed -> run(parsed, root))
        .setExecutionExceptionHandler(
            (error, command, parsed) -> Errors.report(error, command, root.stacktrace));
  }
}
