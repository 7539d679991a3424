package org.p2vit.model.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.p2vit.model.InputException;

/** Puts what went wrong with a file in words. */
public final class FileErrors {
  private FileErrors() {}

  /**
   * @param verb {@code read}, {@code write in}
   * @return "cannot read x.json: no such file or directory", for the caller to throw
   */
  public static InputException cannot(String verb, Path file, IOException e) {
    return new InputException("cannot " + verb + " " + file + ": " + reason(e), e);
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "something else of that name is in the way";
    }
    if (e instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
