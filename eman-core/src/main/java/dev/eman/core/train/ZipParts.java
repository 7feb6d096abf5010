package dev.eman.core.train;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a zip archive, each compared with its entry in the directory at the end of the archive:
 * the checksum beside a part does not cover its name, and a missing part has none.
 */
final class ZipParts {
  /** Bytes of a part. */
  static final int LARGEST = Integer.MAX_VALUE - 16;

  /** Parts are written as they are: together they cannot be larger than the file, but for this. */
  private static final long SLACK = 16L << 20;

  /** Bytes of all parts together that are text, which takes memory twice. */
  static final int MOST_TEXT = 32 << 20;

  private ZipParts() {}

  /**
   * Reads all parts but the first one.
   *
   * @param zip the archive, positioned after the first part
   * @param isText which of the parts, by name, are text
   * @throws ZipException if anything is damaged or missing
   * @throws IOException if the archive cannot be read
   */
  static Map<String, byte[]> rest(
      ZipDirectory of, ZipInputStream zip, ZipEntry first, Predicate<String> isText)
      throws IOException {
    checkSizes(of.entries().values(), of.available(), isText);
    Map<String, ZipEntry> directory = new LinkedHashMap<>(of.entries());
    directory.remove(first.getName());
    Map<String, byte[]> parts = new LinkedHashMap<>();
    for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
      parts.put(e.getName(), content(zip, e.getName(), directory.remove(e.getName())));
    }
    if (!directory.isEmpty()) {
      throw new ZipException("expected all of its parts, found none of " + directory.keySet());
    }
    return parts;
  }

  /**
   * Reads some of the parts of a file, and no others.
   *
   * @param of the same file
   * @param isText which of all parts, by name, are text
   * @param wanted which to read, by name
   * @throws ZipException if anything of these, or the directory, is damaged
   * @throws IOException if the archive cannot be read
   */
  static Map<String, byte[]> some(
      ZipDirectory of, ZipFile zip, Predicate<String> isText, Predicate<String> wanted)
      throws IOException {
    checkSizes(of.entries().values(), of.available(), isText);
    Map<String, byte[]> parts = new LinkedHashMap<>();
    for (ZipEntry entry : of.entries().values()) {
      if (wanted.test(entry.getName())) {
        try (InputStream part = zip.getInputStream(entry)) {
          parts.put(entry.getName(), content(part, entry.getName(), entry));
        }
      }
    }
    return parts;
  }

  /** Before anything is unpacked: what the directory claims must be able to come from the file. */
  private static void checkSizes(
      Collection<ZipEntry> entries, long available, Predicate<String> isText) throws IOException {
    long total = 0;
    long text = 0;
    for (ZipEntry entry : entries) {
      if (entry.getSize() < 0 || entry.getSize() > LARGEST) {
        throw new ZipException(
            String.format(
                Locale.ROOT,
                "expected at most %d bytes in %s, found %d",
                LARGEST,
                entry.getName(),
                entry.getSize()));
      }
      total += entry.getSize();
      text += isText.test(entry.getName()) ? entry.getSize() : 0;
    }
    if (text > MOST_TEXT) {
      throw new ZipException(
          String.format(
              Locale.ROOT, "expected at most %d bytes of text, found %d", MOST_TEXT, text));
    }
    if (total > available + SLACK) {
      throw new ZipException(
          String.format(
              Locale.ROOT,
              "it claims to unpack to %d bytes, more than the %d of the file: expected parts"
                  + " without compression, as they are written",
              total,
              available));
    }
  }

  /** No more is read than the directory says, whatever the part may unpack to. */
  private static byte[] content(InputStream zip, String name, @Nullable ZipEntry expected)
      throws IOException {
    if (expected == null) {
      throw new ZipException("found a part named " + name + ", which is not in its directory");
    }
    byte[] content = new byte[(int) expected.getSize()];
    boolean whole = zip.readNBytes(content, 0, content.length) == content.length;
    CRC32 crc = new CRC32();
    crc.update(content);
    if (!whole || zip.read() >= 0 || crc.getValue() != expected.getCrc()) {
      throw new ZipException("the length or the checksum of " + name + " is wrong");
    }
    return content;
  }
}
