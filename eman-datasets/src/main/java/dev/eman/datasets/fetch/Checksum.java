package dev.eman.datasets.fetch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file's bytes must add up to.
 *
 * @param kind {@code md5}, {@code sha256} or {@code sha256-prefix}
 * @param hex the digest, or its beginning, in lower case
 */
record Checksum(String kind, String hex) {
  private static final Pattern FORM =
      Pattern.compile(
          "(md5):([0-9a-f]{32})|(sha256):([0-9a-f]{64})|(sha256-prefix):([0-9a-f]{8,63})");
  private static final int BUFFER_BYTES = 1 << 18;

  /** Reads {@code md5:hex}, {@code sha256:hex} or {@code sha256-prefix:hex}. */
  static Checksum parse(String text) {
    Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
    checkArgument(
        matcher.matches(),
        "Expected a checksum as md5: and 32, sha256: and 64 or sha256-prefix: and 8 to 63"
            + " hexadecimal digits, found '%s'",
        text);
    int group = matcher.group(1) != null ? 1 : matcher.group(3) != null ? 3 : 5;
    return new Checksum(matcher.group(group), matcher.group(group + 1));
  }

  /** The checksum of the same kind and length that a file has. */
  Checksum of(Path file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    String all = BaseEncoding.base16().lowerCase().encode(digest.digest());
    return new Checksum(kind, all.substring(0, hex.length()));
  }

  private MessageDigest digest() {
    try {
      return MessageDigest.getInstance(kind.equals("md5") ? "MD5" : "SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This Java has no " + kind, e);
    }
  }

  @Override
  public String toString() {
    return kind + ":" + hex;
  }
}
