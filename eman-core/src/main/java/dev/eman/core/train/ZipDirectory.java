package dev.eman.core.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The directory at the end of a zip archive.
 *
 * @param entries by name; of each, the length and the checksum are as the directory says
 * @param available bytes of the archive
 */
record ZipDirectory(Map<String, ZipEntry> entries, long available) {
  private static final int MOST_PARTS = 4096;

  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;

  /** Where a directory comes from. */
  @FunctionalInterface
  interface Source {
    /**
     * Reads it.
     *
     * @throws ZipException if it is damaged, has too many parts, or two of one name
     * @throws IOException if it cannot be read
     */
    ZipDirectory read() throws IOException;
  }

  static ZipDirectory of(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return of(zip, Files.size(file));
    }
  }

  static ZipDirectory of(ZipFile zip, long available) throws IOException {
    Map<String, ZipEntry> entries = new LinkedHashMap<>();
    checkCount(zip.size());
    for (ZipEntry entry : Collections.list(zip.entries())) {
      put(entries, entry);
    }
    return new ZipDirectory(entries, available);
  }

  /** Of an archive in memory, which Java's own class does not read. */
  static ZipDirectory of(byte[] archive) throws IOException {
    ByteBuffer zip = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
    int end = end(zip);
    int count = Short.toUnsignedInt(zip.getShort(end + 10));
    checkCount(count);
    long begin = end - Integer.toUnsignedLong(zip.getInt(end + 12));
    if (begin != Integer.toUnsignedLong(zip.getInt(end + 16))) {
      throw new ZipException("its directory is not where its end says");
    }
    Map<String, ZipEntry> entries = new LinkedHashMap<>();
    int at = (int) begin;
    for (int i = 0; i < count; i++) {
      if (at > end - ENTRY_BYTES || zip.getInt(at) != ENTRY) {
        throw new ZipException(
            "expected a directory of " + count + " parts, found no part after " + i);
      }
      int name = Short.toUnsignedInt(zip.getShort(at + 28));
      long next =
          (long) at
              + ENTRY_BYTES
              + name
              + Short.toUnsignedInt(zip.getShort(at + 30))
              + Short.toUnsignedInt(zip.getShort(at + 32));
      if (next > end) {
        throw new ZipException("part " + i + " of its directory reaches over the end");
      }
      ZipEntry entry =
          new ZipEntry(new String(archive, at + ENTRY_BYTES, name, StandardCharsets.UTF_8));
      entry.setCrc(Integer.toUnsignedLong(zip.getInt(at + 16)));
      entry.setSize(Integer.toUnsignedLong(zip.getInt(at + 24)));
      put(entries, entry);
      at = (int) next;
    }
    if (at != end) {
      throw new ZipException("expected the end of its directory after " + count + " parts");
    }
    return new ZipDirectory(entries, archive.length);
  }

  private static int end(ByteBuffer zip) throws IOException {
    int last = zip.capacity() - END_BYTES;
    for (int at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
      if (zip.getInt(at) == END && Short.toUnsignedInt(zip.getShort(at + 20)) == last - at) {
        return at;
      }
    }
    throw new ZipException("it has no directory at its end");
  }

  private static void checkCount(int count) throws IOException {
    if (count > MOST_PARTS) {
      throw new ZipException("expected at most " + MOST_PARTS + " parts, found " + count);
    }
  }

  private static void put(Map<String, ZipEntry> entries, ZipEntry entry) throws IOException {
    if (entries.put(entry.getName(), entry) != null) {
      throw new ZipException("expected different parts, found two named " + entry.getName());
    }
  }
}
