package dev.eman.datasets.check;

import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;

/**
 * Finds images whose {@link Looks} differ by little in every frequency, without comparing all with
 * all: the lowest frequencies put an image into a cell of a grid, and near ones are in the same
 * cell or a neighbour.
 */
final class NearPairs {
  /** Levels by which a frequency may differ. */
  static final int MOST_LEVELS = 3;

  private static final int MOST = MOST_LEVELS * Looks.SCALE;

  /** Cells are twice as wide, so that one neighbour in each direction is enough. */
  private static final int CELL = 2 * MOST;

  private static final int DIMENSIONS = 4;

  /** So that no cell's number is below 0. */
  private static final int OFFSET = 128;

  /** Where images look alike by the million, they say nothing of each other. */
  private static final int MOST_PAIRS = 2_000_000;

  private final Looks looks;
  private final long[] cells;
  private final ImmutableLongArray.Builder pairs = ImmutableLongArray.builder();
  private int count;

  private NearPairs(int[] images, Looks looks) {
    this.looks = looks;
    cells = new long[images.length]; // The cell, then the image.
    for (int i = 0; i < cells.length; i++) {
      cells[i] = (cell(images[i], 0) << 32) | images[i];
    }
    Arrays.sort(cells);
  }

  /**
   * All near pairs, each once, at most two million of them.
   *
   * @param images that are compared
   * @return pairs as {@link #first} and {@link #second} read them, the lower image first
   */
  static ImmutableLongArray of(int[] images, Looks looks) {
    NearPairs near = new NearPairs(images, looks);
    for (int image : images) {
      for (int neighbour = 0; neighbour < 1 << DIMENSIONS; neighbour++) {
        near.compare(image, near.cell(image, neighbour));
      }
    }
    return near.pairs.build();
  }

  static int first(long pair) {
    return (int) (pair >>> 32);
  }

  static int second(long pair) {
    return (int) pair;
  }

  /**
   * The cell of an image, or the one beside it that is nearer to it.
   *
   * @param neighbour the bits say in which directions it is another cell
   */
  private long cell(int image, int neighbour) {
    long cell = 0;
    for (int d = 0; d < DIMENSIONS; d++) {
      int value = looks.get(image, d);
      int number = Math.floorDiv(value, CELL);
      if ((neighbour >> d & 1) != 0) {
        number += Math.floorMod(value, CELL) < CELL / 2 ? -1 : 1;
      }
      cell = cell << 8 | (number + OFFSET);
    }
    return cell;
  }

  private void compare(int image, long cell) {
    int at = Arrays.binarySearch(cells, cell << 32);
    for (int i = at < 0 ? -at - 1 : at; i < cells.length && cells[i] >>> 32 == cell; i++) {
      int other = (int) cells[i];
      if (other >= image || count == MOST_PAIRS) {
        return; // A cell's images are in their order.
      }
      if (isNear(image, other)) {
        pairs.add(((long) other << 32) | image);
        count++;
      }
    }
  }

  private boolean isNear(int a, int b) {
    for (int k = 0; k < Looks.LENGTH; k++) {
      if (Math.abs(looks.get(a, k) - looks.get(b, k)) > MOST) {
        return false;
      }
    }
    return true;
  }
}
