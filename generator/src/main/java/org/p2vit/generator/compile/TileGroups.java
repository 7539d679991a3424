package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;

/**
 * Column tiles of a layer in groups: the weights of a group stay on chip while all rows pass them,
 * and those of the next group are loaded meanwhile.
 *
 * @param ends end (exclusive) of each group, in tiles; the last is the number of tiles
 */
record TileGroups(List<Integer> ends) {

  TileGroups {
    ends = List.copyOf(ends);
  }

  /** Column tiles {@code first} to {@code end - 1}. */
  record Group(int first, int end) {
    int tiles() {
      return end - first;
    }
  }

  List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    int first = 0;
    for (int end : ends) {
      groups.add(new Group(first, end));
      first = end;
    }
    return groups;
  }

  /** Groups of nearly equal size, none above {@code largest}. */
  static TileGroups even(int tiles, int largest) {
    int count = Sizes.ceilDiv(tiles, Math.max(1, largest));
    List<Integer> ends = new ArrayList<>();
    for (int g = 1; g <= count; g++) {
      ends.add((int) ((long) tiles * g / count));
    }
    return new TileGroups(ends);
  }

  /**
   * For the layer whose operand is loaded while it runs. A large first group keeps the array busy
   * with the rows that have come, and leaves time for the weights of a small second one; what
   * follows must fit beside the group before, and be loaded while that one runs.
   *
   * @param first size of the first group
   * @param second size of the second group
   * @param room tiles that are on chip at once
   * @param loadedPerComputed tiles that are loaded while one is computed
   */
  static TileGroups growing(int tiles, int first, int second, int room, double loadedPerComputed) {
    List<Integer> ends = new ArrayList<>();
    int size = Math.min(tiles, Math.max(1, first));
    int end = size;
    ends.add(end);
    while (end < tiles) {
      double loaded = ends.size() == 1 ? second : size * loadedPerComputed;
      int next = (int) Math.min(Math.min(room - size, room / 2), loaded);
      size = Math.min(tiles - end, Math.max(1, next));
      end += size;
      ends.add(end);
    }
    return new TileGroups(ends);
  }

  /** The same with a small last group: its room is free early for what comes next. */
  TileGroups tapered() {
    int count = ends.size();
    int from = count == 1 ? 0 : ends.get(count - 2);
    int last = ends.get(count - 1) - from;
    if (last < 3) {
      return this;
    }
    List<Integer> split = new ArrayList<>(ends);
    split.add(count - 1, from + last - last / 3);
    return new TileGroups(split);
  }
}
