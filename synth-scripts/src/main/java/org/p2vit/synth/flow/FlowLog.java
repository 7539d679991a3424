package org.p2vit.synth.flow;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2vit.verif.BuildProgress;

/** Tells from the log of a running flow which of its long steps it is at. */
final class FlowLog {
  private static final Pattern STEP =
      Pattern.compile(
          "(?m)^(?:[\\d.]+ Executing (SYNTH\\w*|FLATTEN|MEMORY_\\w+|ABC9?) pass"
              + "|Info: (Packing|Placing|Routing)\\b)");
  private static final int TAIL = 20_000;

  private final Path log;
  private final String flow;
  private final BuildProgress progress;
  private String last = "";

  FlowLog(Path log, String flow, BuildProgress progress) {
    this.log = log;
    this.flow = flow;
    this.progress = progress;
  }

  /** Reports the step that began last, if it is another one. */
  void show() {
    String step = "";
    Matcher m = STEP.matcher(tail());
    while (m.find()) {
      step = m.group(1) != null ? m.group(1) : m.group(2);
    }
    if (!step.isEmpty() && !step.equals(last)) {
      last = step;
      progress.at(flow + ": " + step, 0, 0);
    }
  }

  private String tail() {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(0, file.length() - TAIL);
      byte[] bytes = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // not written yet
    }
  }
}
