package dev.eman.datasets.table;

import dev.eman.core.io.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How many images there are of each class, in words. */
public final class ClassCounts {
  private static final int LISTED = 20;

  private ClassCounts() {}

  /**
   * Names classes with their counts, the first ones of many: {@code cat 40, dog 38}.
   *
   * @param classes names of the classes
   * @param counts one for each class
   */
  public static String text(List<String> classes, int[] counts) {
    List<String> texts = new ArrayList<>();
    for (int c = 0; c < Math.min(LISTED, counts.length); c++) {
      texts.add(String.format(Locale.ROOT, "%s %,d", Printable.escape(classes.get(c)), counts[c]));
    }
    if (counts.length > LISTED) {
      texts.add((counts.length - LISTED) + " more");
    }
    return String.join(", ", texts);
  }
}
