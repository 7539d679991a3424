package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A run of the command line within the test's process.
 *
 * @param exitCode as {@code main} would exit with
 * @param out standard output
 * @param err what the command reported as an error
 */
record CommandLineRun(int exitCode, String out, String err) {

  static CommandLineRun of(Object... args) {
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        P2vitCommand.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words);
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }
}
