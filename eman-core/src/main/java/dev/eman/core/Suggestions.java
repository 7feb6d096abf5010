package dev.eman.core;

import com.google.common.base.Ascii;
import java.util.Collection;
import java.util.Comparator;

/** Messages for names that are not known. */
public final class Suggestions {
  /** A name is suggested up to that many edits away, and at most half of its letters. */
  private static final int NEAR = 3;

  /** Of longer names the beginning is told. */
  private static final int LONGEST = 200;

  private Suggestions() {}

  /** Says that a name is not known, which are, and which one may have been meant. */
  public static String unknown(String what, String name, Collection<String> known) {
    String nearest =
        known.stream()
            .min(Comparator.comparingInt(candidate -> distanceIgnoringCase(name, candidate)))
            .filter(candidate -> isNear(name, candidate))
            .map(candidate -> "; did you mean " + candidate + "?")
            .orElse("");
    return what
        + ": expected one of "
        + String.join(", ", known)
        + ", got "
        + Ascii.truncate(name, LONGEST, "...")
        + nearest;
  }

  /** The same for what a jar on the class path may add: where no name is near, it says how. */
  public static String unknownOrMissingJar(String what, String name, Collection<String> known) {
    String message = unknown(what, name, known);
    return message.endsWith("?")
        ? message
        : message + "; one from a jar of your own: put that on the class path (EMAN_CLASSPATH)";
  }

  private static boolean isNear(String a, String b) {
    int letters = Math.max(a.length(), b.length());
    return distanceIgnoringCase(a, b) <= Math.min(NEAR, Math.max(1, letters / 2));
  }

  private static int distanceIgnoringCase(String a, String b) {
    return distance(Ascii.toLowerCase(a), Ascii.toLowerCase(b));
  }

  /** How many letters must be put in, taken out or replaced. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
