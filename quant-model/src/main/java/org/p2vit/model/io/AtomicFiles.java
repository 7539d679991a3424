package org.p2vit.model.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.p2vit.model.InputException;

/** Writes files so that none is left half-written, whatever fails. */
public final class AtomicFiles {
  private AtomicFiles() {}

  /**
   * Writes the files under temporary names in the same directory, then renames them in the map's
   * order. What was there before is replaced; it stays if anything cannot be written.
   *
   * @param directory is made if it is not there
   * @param contents by file name
   * @throws InputException naming the file, if it cannot be written or the disk is full
   */
  public static void write(Path directory, Map<String, byte[]> contents) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw FileErrors.cannot("make the directory", directory, e);
    }
    Map<Path, Path> targets = new LinkedHashMap<>();
    try {
      contents.forEach(
          (name, bytes) -> {
            Path target = directory.resolve(name);
            Path temporary = directory.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
            targets.put(temporary, target);
            checkReplaceable(target);
            writeDurably(temporary, target, bytes);
          });
      targets.forEach(AtomicFiles::rename);
    } finally {
      targets.keySet().forEach(AtomicFiles::deleteIfThere);
    }
  }

  /**
   * Finds out early whether {@link #write} can write a file; changes nothing.
   *
   * @throws InputException naming what is in the way
   */
  public static void checkWritable(Path file) {
    checkReplaceable(file);
    checkFolder(file.toAbsolutePath().getParent());
  }

  /**
   * Finds out early whether files can be written into a directory, which need not be there yet;
   * changes nothing.
   *
   * @throws InputException naming what is in the way
   */
  public static void checkFolder(Path directory) {
    Path there = directory.toAbsolutePath();
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw new InputException("cannot write into " + directory + ": " + there + " is a file");
    }
    if (!Files.isWritable(there)) {
      throw new InputException(
          "cannot write into " + directory + ": no permission to write " + there);
    }
  }

  private static void checkReplaceable(Path target) {
    if (Files.isDirectory(target)) {
      throw new InputException("cannot write " + target + ": a directory of that name is there");
    }
  }

  private static void writeDurably(Path temporary, Path target, byte[] bytes) {
    try (FileChannel file =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
      // Some file systems report a full disk only now.
      file.force(true);
    } catch (IOException e) {
      throw FileErrors.cannot("write", target, e);
    }
  }

  private static void rename(Path temporary, Path target) {
    try {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw FileErrors.cannot("write", target, e);
    }
  }

  private static void deleteIfThere(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // What made the write fail has been reported; this would hide it.
    }
  }
}
