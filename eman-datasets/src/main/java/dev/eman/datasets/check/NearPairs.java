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
  private final int mostOfOne;
  private int count;
  private int ofOne;
  private boolean complete = true;

  private NearPairs(int[] images, Looks looks, int mostOfOne) {
    this.looks = looks;
    this.mostOfOne = mostOfOne;
    cells = new long[images.length]; // The cell, then the image.
    for (int i = 0; i < cells.length; i++) {
      cells[i] = (cell(images[i], 0) << 32) | images[i];
    }
    Arrays.sort(cells);
  }

  /**
   * Near pairs: each once, the lower image first, as {@link #first} and {@link #second} read them.
   *
   * @param complete whether these are all
   */
  record Found(ImmutableLongArray pairs, boolean complete) {}

  /**
   * All near pairs. Where there are more than two million, fewer of each image: else the first
   * thousands that look alike would leave none for all others.
   *
   * @param images that are compared
   */
  static Found of(int[] images, Looks looks) {
    Found all = find(images, looks, MOST_PAIRS);
    return all.complete()
        ? all
        : new Found(find(images, looks, Math.max(1, MOST_PAIRS / images.length)).pairs(), false);
  }

  /** Near pairs, of each image no more than so many with earlier ones. */
  private static Found find(int[] images, Looks looks, int mostOfOne) {
    NearPairs near = new NearPairs(images, looks, mostOfOne);
    for (int image : images) {
      near.ofOne = 0;
      for (int neighbour = 0; neighbour < 1 << DIMENSIONS; neighbour++) {
        near.compare(image, near.cell(image, neighbour));
      }
    }
    return new Found(near.pairs.build(), near.complete);
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
      if (other >= image) {
        return; // A cell's images are in their order.
      }
      if (isNear(image, other)) {
        if (count == MOST_PAIRS || ofOne == mostOfOne) {
          complete = false;
          return;
        }
        pairs.add(((long) other << 32) | image);
        count++;
        ofOne++;
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
