package dev.eman.datasets.table;

import java.util.List;
import java.util.Optional;

/**
 * What a row says of an image.
 *
 * @param number of the row as spreadsheets count: the header is row 1
 * @param image as written in the table, with blanks at its ends where it is quoted: a path, or a
 *     name that may lack its extension
 * @param label name of the class; empty if it is not known
 * @param part that the image belongs to; empty if the table does not say
 */
public record TableRow(int number, String image, String label, Optional<TablePart> part) {
  /** Whether the class is known. */
  public boolean isLabeled() {
    return !label.isEmpty();
  }

  /**
   * The image's path with {@code /}, whatever tool has written it, without {@code ./} and blanks at
   * its ends. A file that is called {@link #image}, with all of these, comes before.
   */
  public String path() {
    String path = image.strip().replace('\\', '/');
    return path.startsWith("./") ? path.substring(2) : path;
  }

  /** The paths that may be meant, the more likely first. */
  List<String> paths() {
    String path = path();
    return path.equals(image) ? List.of(image) : List.of(image, path);
  }

  /** Part and label, for messages. */
  String content() {
    return TableUse.of(this).label() + ", " + (isLabeled() ? "'" + label + "'" : "no label");
  }
}
