package dev.eman.datasets.fetch;

import dev.eman.datasets.internal.TarRecords;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A tar archive as it is unpacked: no more than its file can honestly become. */
final class TarGuard extends FilterInputStream {
  /** Images are compressed already, and text shrinks to a tenth. */
  private static final long MOST_BY_BYTE = 64;

  private static final long SLACK = 64L << 20;

  private final TarRecords records = new TarRecords();
  private final Path archive;
  private final long most;
  private long position;

  /** Watches a stream that comes from a file. */
  TarGuard(InputStream in, Path archive) throws IOException {
    super(in);
    this.archive = archive;
    most = MOST_BY_BYTE * Files.size(archive) + SLACK;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read = super.read(into, offset, length);
    if (read > 0) {
      try {
        records.accept(position, into, offset, read);
      } catch (IOException e) {
        throw refused(e.getMessage());
      }
      position += read;
      if (position > most) {
        throw refused("it unpacks to more than " + most + " bytes, far more than images do");
      }
    }
    return read;
  }

  /** Passes over nothing unseen. */
  @Override
  public long skip(long count) throws IOException {
    byte[] block = new byte[(int) Math.max(0, Math.min(count, 1 << 16))];
    long done = 0;
    while (done < count) {
      int read = read(block, 0, (int) Math.min(block.length, count - done));
      if (read < 0) {
        break;
      }
      done += read;
    }
    return done;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private FetchException refused(@Nullable String why) {
    return new FetchException(
        "Cannot unpack "
            + archive
            + ": "
            + why
            + ". Nothing was unpacked. Check where the archive comes from.");
  }
}
