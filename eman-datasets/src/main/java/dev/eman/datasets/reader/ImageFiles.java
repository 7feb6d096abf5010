package dev.eman.datasets.reader;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.DatasetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;

/** Which files are images, and how their names are read and sorted. */
final class ImageFiles {
  /** By Unicode code point, as Python sorts. */
  static final Comparator<String> BY_CODE_POINT =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  /** For messages to the user. */
  static final String KINDS = ".jpg, .jpeg, .jfif, .png, .bmp, .gif, .tif, .tiff, .webp";

  private static final ImmutableList<String> EXTENSIONS =
      ImmutableList.copyOf(KINDS.split(", ", -1));

  /** Of archives' extractors, a network drive's thumbnails, and file systems. */
  private static final ImmutableSet<String> LEFTOVERS =
      ImmutableSet.of(
          "__MACOSX", "@eaDir", "lost+found", "$RECYCLE.BIN", "System Volume Information");

  private static final ThreadLocal<byte[]> BUFFER =
      ThreadLocal.withInitial(() -> new byte[1 << 18]);

  private ImageFiles() {}

  /**
   * Whether a file's name, or a path's last part, is an image's: by its ending, in capitals or not.
   * Hidden files are none, such as the {@code ._x.png} that macOS puts beside {@code x.png}.
   */
  static boolean isImage(String name) {
    if (isHidden(lastPart(name))) {
      return false;
    }
    for (String extension : EXTENSIONS) {
      int length = extension.length();
      if (name.regionMatches(true, name.length() - length, extension, 0, length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a file is one that systems put among others and do not show. */
  static boolean isHidden(String name) {
    return name.startsWith(".")
        || Ascii.equalsIgnoreCase(name, "Thumbs.db")
        || Ascii.equalsIgnoreCase(name, "desktop.ini");
  }

  /** Whether programs leave folders of this name behind, which hold no data. */
  static boolean isLeftover(String folder) {
    return folder.startsWith(".") || LEFTOVERS.contains(folder);
  }

  /** The endings of images' names, in small letters, each with its dot. */
  static ImmutableList<String> extensions() {
    return EXTENSIONS;
  }

  /** The last part of a path with {@code /}. */
  static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * A path's text with {@code /}.
   *
   * @throws DatasetException if Java could not decode the name, as it would not find the file then
   */
  static String text(Path path) {
    String text = path.toString().replace(path.getFileSystem().getSeparator(), "/");
    if (text.indexOf('\ufffd') >= 0) {
      throw new DatasetException(
          path
              + ": expected a name in the system's encoding, "
              + System.getProperty("sun.jnu.encoding")
              + ", found other bytes; start Java with LC_ALL=C.UTF-8, or rename the file");
    }
    return text;
  }

  /**
   * The calling thread's buffer, which grows to the largest file.
   *
   * @param length the least number of bytes wanted; the content is kept
   */
  static byte[] buffer(int length) {
    byte[] buffer = BUFFER.get();
    if (buffer.length < length) {
      buffer =
          Arrays.copyOf(
              buffer, (int) Math.min(Integer.MAX_VALUE - 16L, (long) length + (length >> 2)));
      BUFFER.set(buffer);
    }
    return buffer;
  }
}
