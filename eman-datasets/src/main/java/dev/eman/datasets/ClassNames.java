package dev.eman.datasets;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.Printable;

/** Names of classes stand in tables and lists, one a line, in files and on terminals. */
public final class ClassNames {
  private ClassNames() {}

  /**
   * The names, if each of them fits on a line.
   *
   * @param where they were found, for the message
   * @throws DatasetException if one has a line break or another control character
   */
  public static ImmutableList<String> check(ImmutableList<String> names, Object where) {
    for (String name : names) {
      if (Printable.hasControls(name)) {
        throw new DatasetException(
            where
                + ": expected class names without line breaks and control characters, found '"
                + Printable.escape(name)
                + "'; rename the class");
      }
    }
    return names;
  }
}
