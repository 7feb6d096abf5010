package dev.eman.core.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a zip archive, each compared with what the directory at the archive's end says of it:
 * the checksum beside a part does not cover its name, and a part that is gone has none.
 */
final class ZipParts {
  private static final int LARGEST = Integer.MAX_VALUE - 16;

  private ZipParts() {}

  /**
   * Reads all parts but the first one.
   *
   * @param zip of the file, behind the first part
   * @throws IOException if anything is damaged or missing
   */
  static Map<String, byte[]> rest(Path file, ZipInputStream zip, ZipEntry first)
      throws IOException {
    Map<String, ZipEntry> directory = directory(file);
    directory.remove(first.getName());
    Map<String, byte[]> parts = new LinkedHashMap<>();
    for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
      parts.put(e.getName(), content(zip, e.getName(), directory.remove(e.getName())));
    }
    if (!directory.isEmpty()) {
      throw new IOException("expected all of its parts, found nothing of " + directory.keySet());
    }
    return parts;
  }

  private static Map<String, ZipEntry> directory(Path file) throws IOException {
    Map<String, ZipEntry> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (entries.put(entry.getName(), entry) != null) {
          throw new IOException("expected different parts, found two named " + entry.getName());
        }
      }
    }
    return entries;
  }

  /** No more is read than the directory says, whatever the part may unpack to. */
  private static byte[] content(ZipInputStream zip, String name, @Nullable ZipEntry expected)
      throws IOException {
    if (expected == null) {
      throw new IOException("found a part named " + name + ", which its directory has not");
    }
    byte[] content = zip.readNBytes((int) Math.min(LARGEST, Math.max(0, expected.getSize())));
    CRC32 crc = new CRC32();
    crc.update(content);
    if (content.length != expected.getSize()
        || zip.read() >= 0
        || crc.getValue() != expected.getCrc()) {
      throw new IOException("the length or the checksum of " + name + " is wrong");
    }
    return content;
  }
}
