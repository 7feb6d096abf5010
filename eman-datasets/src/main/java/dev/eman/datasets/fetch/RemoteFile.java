package dev.eman.datasets.fetch;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/**
 * A file on a web server, with what is known about it beforehand.
 *
 * @param uri where it is, with {@code http} or {@code https}
 * @param fileName what it is called on this machine, without a folder
 * @param checksum of the whole file: {@code md5:} or {@code sha256:}, then hexadecimal digits, or
 *     {@code sha256-prefix:}, then at least the first 8 of them
 * @param bytes how long it is, or {@link #UNKNOWN}
 * @param unpack what to do with it once it is here
 */
public record RemoteFile(URI uri, String fileName, String checksum, long bytes, Unpack unpack) {
  /** A length that is not known. */
  public static final long UNKNOWN = -1;

  /** What to do with a file once it is here. */
  public enum Unpack {
    /** Leave it as it is. */
    NONE,
    /** Unpack it as a gzipped tar archive; the archive itself stays. */
    TAR_GZ
  }

  /** Checks the parts; the checksum is kept in lower case. */
  public RemoteFile {
    checkArgument(
        "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()),
        "Expected an address that starts with http: or https:, found '%s'",
        uri);
    checkArgument(uri.getHost() != null, "Expected an address with a host, found '%s'", uri);
    checkArgument(
        !fileName.isBlank() && !fileName.startsWith(".") && fileName.matches("[^/\\\\:\\x00]+"),
        "Expected a file's name without a folder and without a dot in front, found '%s'",
        fileName);
    checksum = Checksum.parse(checksum).toString();
    checkArgument(
        bytes > 0 || bytes == UNKNOWN,
        "Expected a length above 0, or %s where it is not known, found %s",
        UNKNOWN,
        bytes);
  }

  /**
   * The checksum of the same kind, and as many digits, that a file on this machine has.
   *
   * @throws IOException if it cannot be read
   */
  public String checksumOf(Path local) throws IOException {
    return expected().of(local).toString();
  }

  /** The checksum in parts. */
  Checksum expected() {
    return Checksum.parse(checksum);
  }
}
