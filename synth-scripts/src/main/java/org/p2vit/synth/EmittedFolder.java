package org.p2vit.synth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.rtl.EmittedRtl;

/** Finds emitted SystemVerilog again. */
public final class EmittedFolder {
  private static final String FILE_LIST = ".f";

  private EmittedFolder() {}

  /**
   * The design in a folder that {@code generate} wrote, or in its {@code rtl/}.
   *
   * @throws InputException if there is no file list, more than one, or a file of it is missing
   */
  public static EmittedRtl open(Path folder) {
    Path rtl = Files.isDirectory(folder.resolve("rtl")) ? folder.resolve("rtl") : folder;
    List<Path> lists = lists(rtl);
    if (lists.size() != 1) {
      throw new InputException(
          folder
              + " holds "
              + (lists.isEmpty() ? "no file list *.f" : "several file lists " + lists)
              + "; accepted is a folder that 'p2vit generate' wrote");
    }
    String list = lists.get(0).getFileName().toString();
    String top = list.substring(0, list.length() - FILE_LIST.length());
    List<String> files = read(lists.get(0));
    for (String file : files) {
      if (!Files.isReadable(rtl.resolve(file))) {
        throw new InputException(lists.get(0) + " names " + file + ", which is not there");
      }
    }
    if (!files.contains(top + ".sv")) {
      throw new InputException(lists.get(0) + " does not name " + top + ".sv, the top module");
    }
    return new EmittedRtl(top, rtl, list, files, top + ".vlt");
  }

  private static List<Path> lists(Path rtl) {
    try (Stream<Path> files = Files.list(rtl)) {
      return files.filter(f -> f.toString().endsWith(FILE_LIST)).sorted().toList();
    } catch (IOException e) {
      throw FileErrors.cannot("read", rtl, e);
    }
  }

  private static List<String> read(Path list) {
    try {
      return Files.readAllLines(list).stream()
          .map(String::strip)
          .filter(l -> !l.isEmpty() && !l.startsWith("//"))
          .toList();
    } catch (IOException e) {
      throw FileErrors.cannot("read", list, e);
    }
  }
}
