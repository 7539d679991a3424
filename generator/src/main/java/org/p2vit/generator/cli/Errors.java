package org.p2vit.generator.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.p2vit.model.InputException;
import org.p2vit.verif.SimulationException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one message for a person and an exit code. */
final class Errors {
  private Errors() {}

  static int report(Exception error, CommandLine command, boolean stacktrace) {
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("p2vit: error: " + message(error)));
    if (stacktrace) {
      error.printStackTrace(err);
    } else if (!expected(error)) {
      err.println("This is a defect of p2vit; --stacktrace shows where.");
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /**
   * Wrong use of the command line: what is wrong, and where to read on; not the whole help, which
   * would hide it.
   */
  static int usage(ParameterException error) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    String message = error.getMessage().replaceFirst("^Error: ", "");
    err.println(command.getColorScheme().errorText("p2vit: error: " + message));
    UnmatchedArgumentException.printSuggestions(error, err);
    if (command.getParent() == null) {
      command.usage(err);
    } else {
      err.printf("'%s --help' tells what there is.%n", command.getCommandSpec().qualifiedName());
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  /** What the user, not p2vit, can mend. */
  private static boolean expected(Throwable error) {
    return error instanceof InputException
        || error instanceof SimulationException
        || error instanceof IOException
        || error instanceof UncheckedIOException;
  }

  private static String message(Throwable error) {
    if (error instanceof UncheckedIOException e) {
      return message(e.getCause());
    }
    if (error instanceof FileSystemException e) {
      String reason = e.getReason() == null ? reason(e) : e.getReason();
      return e.getFile() + ": " + reason;
    }
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }

  /** {@code NoSuchFileException} to {@code no such file}. */
  private static String reason(FileSystemException e) {
    return e.getClass()
        .getSimpleName()
        .replace("Exception", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
