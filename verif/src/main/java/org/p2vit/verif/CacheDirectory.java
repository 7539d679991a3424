package org.p2vit.verif;

import java.nio.file.Path;

/** Where results that are expensive to make are kept, by what they were made from. */
public final class CacheDirectory {
  private CacheDirectory() {}

  /** Environment variable that names the directory above all caches. */
  public static final String VARIABLE = "P2VIT_CACHE";

  /**
   * {@code $P2VIT_CACHE/kind} if the variable is set, else {@code ~/.cache/p2vit/kind}.
   *
   * @param kind of results
   */
  public static Path of(String kind) {
    String set = System.getenv(VARIABLE);
    Path base =
        set == null || set.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache", "p2vit")
            : Path.of(set);
    return base.resolve(kind);
  }
}
