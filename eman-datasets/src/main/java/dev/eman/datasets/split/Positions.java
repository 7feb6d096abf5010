package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;

/** Checks of positions in a data set. */
final class Positions {
  private Positions() {}

  /**
   * Expects ascending positions; a set would take memory for the largest, which a file may claim.
   */
  static boolean intersect(ImmutableIntArray one, ImmutableIntArray other) {
    int j = 0;
    for (int i = 0; i < one.length() && j < other.length(); i++) {
      while (j < other.length() && other.get(j) < one.get(i)) {
        j++;
      }
      if (j < other.length() && other.get(j) == one.get(i)) {
        return true;
      }
    }
    return false;
  }

  static void checkAscending(String what, ImmutableIntArray positions, int size) {
    int last = -1;
    for (int i = 0; i < positions.length(); i++) {
      checkArgument(
          positions.get(i) > last && positions.get(i) < size,
          "%s: expected ascending positions below %s, got %s after %s",
          what,
          size,
          positions.get(i),
          last);
      last = positions.get(i);
    }
  }

  /** Where some positions stand among others, without those that do not; all ascending. */
  static ImmutableIntArray within(ImmutableIntArray some, ImmutableIntArray others) {
    ImmutableIntArray.Builder places = ImmutableIntArray.builder();
    int j = 0;
    for (int i = 0; i < others.length() && j < some.length(); i++) {
      while (j < some.length() && some.get(j) < others.get(i)) {
        j++;
      }
      if (j < some.length() && some.get(j) == others.get(i)) {
        places.add(i);
      }
    }
    return places.build();
  }
}
