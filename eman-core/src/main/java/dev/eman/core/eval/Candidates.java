package dev.eman.core.eval;

import java.util.Arrays;

/**
 * The nearest of all that went by, for one query. Whatever is nearer than the furthest so far is
 * written behind the others; when the place is full, a selection keeps the nearest half. That is
 * cheaper than a heap, whose every insertion walks its depth.
 *
 * <p>A candidate is one number, greater if nearer, of equally near ones if earlier.
 */
final class Candidates {
  private static final int LEAST = 64;

  private final int nearest;
  private final long[] keys;
  private int count;
  private float furthest = Float.NEGATIVE_INFINITY;

  Candidates(int nearest) {
    this.nearest = nearest;
    this.keys = new long[2 * nearest + LEAST];
  }

  /**
   * Looks at more.
   *
   * @param similarities finite numbers
   * @param firstIndex of the first of them, above all former ones
   */
  @SuppressWarnings("ShortCircuitBoolean") // One branch is the point.
  void add(float[] similarities, int length, int firstIndex) {
    int i = 0;
    // Hardly any counts: eight looks, one branch.
    for (; i + 7 < length; i += 8) {
      float limit = furthest;
      if (similarities[i] > limit
          | similarities[i + 1] > limit
          | similarities[i + 2] > limit
          | similarities[i + 3] > limit
          | similarities[i + 4] > limit
          | similarities[i + 5] > limit
          | similarities[i + 6] > limit
          | similarities[i + 7] > limit) {
        addEach(similarities, i, i + 8, firstIndex);
      }
    }
    addEach(similarities, i, length, firstIndex);
  }

  private void addEach(float[] similarities, int from, int to, int firstIndex) {
    for (int i = from; i < to; i++) {
      if (similarities[i] > furthest) { // An equal one comes later, and does not count.
        keys[count++] = key(similarities[i], firstIndex + i);
        if (count == keys.length) {
          shrink();
        }
      }
    }
  }

  private void shrink() {
    select(nearest);
    count = nearest;
    long least = keys[0];
    for (int i = 1; i < nearest; i++) {
      least = Math.min(least, keys[i]);
    }
    furthest = similarity(least);
  }

  /** The keys of the k nearest, the nearest first. */
  long[] best(int k) {
    long[] sorted = Arrays.copyOf(keys, count);
    Arrays.sort(sorted);
    int n = Math.min(k, count);
    long[] best = new long[n];
    for (int i = 0; i < n; i++) {
      best[i] = sorted[count - 1 - i];
    }
    return best;
  }

  private static long key(float similarity, int index) {
    int bits = Float.floatToRawIntBits(similarity + 0f); // -0 is 0.
    // As whole numbers, floats are in order but for the negative ones, which run backwards.
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return ((long) ordered << Integer.SIZE) | (Integer.MAX_VALUE - index);
  }

  static float similarity(long key) {
    int ordered = (int) (key >> Integer.SIZE);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
  }

  static int index(long key) {
    return Integer.MAX_VALUE - (int) key;
  }

  /** Brings the greatest {@code n} keys to the front, in any order (Hoare's selection). */
  private void select(int n) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      long pivot = middle(keys[low], keys[(low + high) >>> 1], keys[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (keys[i] > pivot) {
          i++;
        }
        while (keys[j] < pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = keys[i];
          keys[i++] = keys[j];
          keys[j--] = swapped;
        }
      }
      if (n - 1 <= j) {
        high = j;
      } else if (n - 1 >= i) {
        low = i;
      } else {
        return;
      }
    }
  }

  private static long middle(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
