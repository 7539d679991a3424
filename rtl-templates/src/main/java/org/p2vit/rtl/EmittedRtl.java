package org.p2vit.rtl;

import java.nio.file.Path;
import java.util.List;

/**
 * SystemVerilog as written to disk.
 *
 * @param top name of the top module
 * @param directory where the files are
 * @param fileList file in that directory that names the sources, one a line, relative to it
 * @param files the sources, file names relative to the directory, in the order of the file list
 * @param waivers Verilator configuration file in that directory; not part of the file list
 */
public record EmittedRtl(
    String top, Path directory, String fileList, List<String> files, String waivers) {
  public EmittedRtl {
    files = List.copyOf(files);
  }

  /** The sources with their directory. */
  public List<Path> paths() {
    return files.stream().map(directory::resolve).toList();
  }
}
