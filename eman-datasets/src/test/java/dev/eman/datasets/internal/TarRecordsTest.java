package dev.eman.datasets.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TarRecordsTest {
  private static final byte PAX = TarConstants.LF_PAX_EXTENDED_HEADER_LC;
  private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
  private TarRecords records;

  @BeforeEach
  void begin() {
    records = new TarRecords();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 256, 512, 1000, 1 << 16})
  void accept_longHeaderSomewhere_isRefusedHoweverItIsRead(int block) throws IOException {
    add(TarConstants.LF_NORMAL, 1000, "");
    add(TarConstants.LF_GNUTYPE_LONGNAME, 3, "abc");
    add(TarConstants.LF_NORMAL, 0, "");
    feed(block);
    int before = archive.size();
    add(TarConstants.LF_GNUTYPE_LONGNAME, (1 << 16) + 1, "abc");
    records = new TarRecords();
    IOException e = assertThrows(IOException.class, () -> feed(block));
    assertTrue(e.getMessage().contains("at byte " + before), e.getMessage());
    assertTrue(e.getMessage().contains("65537 bytes"), e.getMessage());
  }

  /** What looks like a header within a file is none. */
  @Test
  void accept_archiveWithinAFile_isNotLookedInto() throws IOException {
    add(TarConstants.LF_GNUTYPE_LONGNAME, 1 << 30, "");
    String inner = archive.toString(StandardCharsets.ISO_8859_1);
    archive.reset();
    add(TarConstants.LF_NORMAL, inner.length(), inner);
    feed(512);
    assertEquals(1024, archive.size());
  }

  /** A size that only the extended header says: the next header is behind it. */
  @Test
  void accept_sizeInAnExtendedHeader_isFollowed() throws IOException {
    add(PAX, 15, "15 path=a/b/c/\n");
    add(PAX, 13, "13 size=1024\n");
    add(TarConstants.LF_NORMAL, 0, "");
    add(TarConstants.LF_GNUTYPE_LONGNAME, 1 << 30, "");
    int end = archive.size() + 512; // The header of the long name is content.
    byte[] all = archive.toByteArray();
    records.accept(0, all, 0, all.length);
    archive.reset();
    add(TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER, 1 << 30, "");
    byte[] header = archive.toByteArray();
    records.accept(all.length, new byte[512], 0, 512);
    IOException e =
        assertThrows(IOException.class, () -> records.accept(end, header, 0, header.length));
    assertTrue(e.getMessage().contains("at byte " + end), e.getMessage());
  }

  /** Contents may be left out, as by one that looks for headers alone. */
  @Test
  void accept_headersAlone_areFollowed() throws IOException {
    add(TarConstants.LF_NORMAL, 5000, "");
    byte[] first = archive.toByteArray();
    archive.reset();
    add(TarConstants.LF_GNUTYPE_LONGLINK, 1 << 21, "");
    byte[] second = archive.toByteArray();
    records.accept(0, first, 0, 512);
    assertThrows(IOException.class, () -> records.accept(512 + 5120, second, 0, 512));
  }

  private void feed(int block) throws IOException {
    byte[] all = archive.toByteArray();
    for (int at = 0; at < all.length; at += block) {
      records.accept(at, all, at, Math.min(block, all.length - at));
    }
  }

  /** A header that claims a size, and what is there of the content, in whole records. */
  private void add(byte type, long size, String content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("name", type);
    entry.setSize(size);
    byte[] header = new byte[512];
    entry.writeEntryHeader(header);
    archive.write(header);
    byte[] text = content.isEmpty() && size <= 1000 ? new byte[(int) size] : bytes(content);
    archive.write(text);
    archive.write(new byte[(512 - text.length % 512) % 512]);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
