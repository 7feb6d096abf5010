package dev.eman.core.eval;

import dev.eman.core.internal.RowProducts;
import java.util.Arrays;

/**
 * The nearest of all that went by, for one query. Similarities come from a product of matrices and
 * may be a little off, by how much depending on their place in it: whatever could be among the
 * nearest is written after the others, and {@link #settle} puts the similarity that counts in its
 * place and keeps the nearest. When the place is full, a selection drops what is certainly further;
 * that is cheaper than a heap, whose every insertion walks its depth.
 *
 * <p>A candidate is one number, greater if nearer, of equally near ones if earlier.
 */
final class Candidates {
  private static final int LEAST = 64;
  private static final int GROUP = 8;

  private final int nearest;
  private final double error;
  private final long[] keys;
  private int count;
  private int firstUnsettled;
  private float furthest = Float.NEGATIVE_INFINITY;

  /**
   * None yet.
   *
   * @param nearest how many are to be kept
   * @param error by how much a similarity may be off
   */
  Candidates(int nearest, double error) {
    this.nearest = nearest;
    this.error = error;
    this.keys = new long[2 * nearest + LEAST];
  }

  /**
   * Looks at more.
   *
   * @param similarities finite numbers, off by the error at most
   * @param from the first of them to look at
   * @param to after the last
   * @param firstIndex of the number at 0; above all former ones
   * @return how far it came: before {@code to} if there is no place until {@link #settle}
   */
  @SuppressWarnings("ShortCircuitBoolean") // One branch is the point.
  int add(float[] similarities, int from, int to, int firstIndex) {
    int i = from;
    // Hardly any counts: eight looks, one branch.
    for (; i + GROUP <= to; i += GROUP) {
      float limit = furthest;
      if (similarities[i] > limit
          | similarities[i + 1] > limit
          | similarities[i + 2] > limit
          | similarities[i + 3] > limit
          | similarities[i + 4] > limit
          | similarities[i + 5] > limit
          | similarities[i + 6] > limit
          | similarities[i + 7] > limit) {
        if (!hasPlace()) {
          return i;
        }
        addEach(similarities, i, i + GROUP, firstIndex);
      }
    }
    if (i < to && !hasPlace()) {
      return i;
    }
    addEach(similarities, i, to, firstIndex);
    return to;
  }

  /** For a group more. */
  private boolean hasPlace() {
    if (count + GROUP <= keys.length) {
      return true;
    }
    dropFurther();
    return count <= keys.length - (nearest + LEAST) / 2;
  }

  private void addEach(float[] similarities, int from, int to, int firstIndex) {
    float limit = furthest;
    int n = count;
    for (int i = from; i < to; i++) { // No branch: whether one counts cannot be predicted.
      keys[n] = key(similarities[i], firstIndex + i);
      n += similarities[i] > limit ? 1 : 0;
    }
    count = n;
  }

  /** Drops those that are further than the nearest even if all are off by the error. */
  private void dropFurther() {
    if (count <= nearest) {
      return;
    }
    select(nearest);
    float least = below(similarity(least()) - 2 * error);
    int kept = nearest;
    for (int i = nearest; i < count; i++) {
      if (similarity(keys[i]) > least) {
        keys[kept++] = keys[i];
      }
    }
    count = kept;
    furthest = least;
  }

  /** Of those in front. */
  private long least() {
    long least = keys[0];
    for (int i = 1; i < nearest; i++) {
      least = Math.min(least, keys[i]);
    }
    return least;
  }

  private static float below(double value) {
    return Math.nextDown((float) value);
  }

  /**
   * Names the candidates whose similarities are to be settled.
   *
   * @param left this query's row, for the pairs
   * @param firstIndex of the row at 0
   */
  void unsettled(int left, int firstIndex, RowProducts.Pairs pairs) {
    dropFurther();
    for (int i = 0; i < count; i++) {
      int index = index(keys[i]);
      if (index >= firstUnsettled) {
        pairs.add(left, index - firstIndex);
      }
    }
  }

  /**
   * Gives the named candidates the similarities that count, and keeps the nearest.
   *
   * @param firstIndex of the row at 0
   * @param products of the rows
   * @param position of the first of them
   * @param scales one for each row
   * @return the position after the last
   */
  int settle(int firstIndex, RowProducts.Pairs products, int position, float[] scales) {
    int at = position;
    int next = firstUnsettled;
    for (int i = 0; i < count; i++) {
      int index = index(keys[i]);
      if (index >= firstUnsettled) {
        next = Math.max(next, index + 1);
        keys[i] = key(products.product(at++) * scales[index - firstIndex], index);
      }
    }
    firstUnsettled = next;
    if (count > nearest) {
      select(nearest);
      count = nearest;
    }
    if (count == nearest) {
      // What comes later must be nearer, not only equally near.
      furthest = below(similarity(least()) - error);
    }
    return at;
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
