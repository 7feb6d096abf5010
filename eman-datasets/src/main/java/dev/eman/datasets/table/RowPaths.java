package dev.eman.datasets.table;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the rows whose path names an image, however many images have one file name: by whole paths,
 * and by those of their endings that are as deep as the names of images are.
 */
final class RowPaths {
  private final Chains wholes = new Chains();
  private final Chains endings = new Chains();

  /** Receives a row, by its position, and that one of its paths which names an image. */
  @FunctionalInterface
  interface Receiver {
    void accept(int row, String path);
  }

  /**
   * Takes up rows.
   *
   * @param depths how many slashes the names of images have
   */
  RowPaths(List<TableRow> rows, BitSet depths) {
    for (int r = 0; r < rows.size(); r++) {
      for (String path : rows.get(r).paths()) {
        wholes.add(path, r, path);
        int slash = path.lastIndexOf('/');
        for (int depth = 0; slash >= 0; depth++) {
          if (depths.get(depth)) {
            endings.add(path.substring(slash + 1), r, path);
          }
          slash = path.lastIndexOf('/', slash - 1);
        }
      }
    }
  }

  /** How many slashes a name has. */
  static int depth(String name) {
    return (int) name.chars().filter(c -> c == '/').count();
  }

  /** Whether a row has this path as a whole. */
  boolean has(String path) {
    return wholes.first.containsKey(path);
  }

  /** Gives all rows whose path is a name, begins above it, or is an ending of it. */
  void forEach(String name, Receiver receiver) {
    wholes.forEach(name, receiver);
    endings.forEach(name, receiver);
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      wholes.forEach(name.substring(slash + 1), receiver);
    }
  }

  /** Rows and their paths by a key, in a list for each key. */
  private static final class Chains {
    private static final int END = -1;

    private final Map<String, Integer> first = new HashMap<>();
    private int size;
    private int[] next = new int[16];
    private int[] rows = new int[16];
    private String[] paths = new String[16];

    void add(String key, int row, String path) {
      if (size == rows.length) {
        int larger = Math.addExact(size, size);
        next = Arrays.copyOf(next, larger);
        rows = Arrays.copyOf(rows, larger);
        paths = Arrays.copyOf(paths, larger);
      }
      Integer before = first.put(key, size);
      next[size] = before == null ? END : before;
      rows[size] = row;
      paths[size] = path;
      size++;
    }

    void forEach(String key, Receiver receiver) {
      for (int i = first.getOrDefault(key, END); i != END; i = next[i]) {
        receiver.accept(rows[i], paths[i]);
      }
    }
  }
}
