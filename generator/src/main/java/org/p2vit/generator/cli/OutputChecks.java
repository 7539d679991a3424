package org.p2vit.generator.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.p2vit.model.InputException;
import org.p2vit.model.io.AtomicFiles;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Finds out before any work what a command could not write after it. */
final class OutputChecks {
  /** Options that name what is written; a folder if they say DIR. */
  private static final Set<String> WRITTEN =
      Set.of("--out", "--work", "--json", "--dump-tensors", "--trace", "--timeline");

  private OutputChecks() {}

  /**
   * Writes nothing and makes no folder.
   *
   * @throws InputException naming what is in the way
   */
  static void check(ParseResult command) {
    for (OptionSpec option : command.commandSpec().options()) {
      if (WRITTEN.contains(option.longestName()) && value(command, option) instanceof Path path) {
        if (option.paramLabel().equals("DIR")) {
          AtomicFiles.checkFolder(path);
        } else {
          AtomicFiles.checkWritable(path);
        }
      }
    }
  }

  /** What was given, or the default; null if there is neither. */
  private static Object value(ParseResult command, OptionSpec option) {
    OptionSpec matched = command.matchedOption(option.longestName());
    if (matched != null) {
      List<Object> values = matched.typedValues();
      return values.isEmpty() ? null : values.get(values.size() - 1);
    }
    return option.group() == null ? option.getValue() : null;
  }
}
