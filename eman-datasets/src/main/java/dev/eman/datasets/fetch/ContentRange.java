package dev.eman.datasets.fetch;

import com.google.common.primitives.Longs;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes of a file an answer holds: its header {@code Content-Range}.
 *
 * @param start the first one, or -1
 * @param total how many the whole file has, or -1
 */
record ContentRange(long start, long total) {
  private static final Pattern FORM =
      Pattern.compile("bytes\\s+(?:(\\d+)-\\d+|\\*)/(?:(\\d+)|\\*)", Pattern.CASE_INSENSITIVE);

  static ContentRange of(HttpResponse<?> response) {
    return parse(response.headers().firstValue("Content-Range").orElse(""));
  }

  static ContentRange parse(String header) {
    Matcher matcher = FORM.matcher(header.strip());
    return matcher.matches()
        ? new ContentRange(number(matcher.group(1)), number(matcher.group(2)))
        : new ContentRange(-1, -1);
  }

  private static long number(@Nullable String digits) {
    Long value = digits == null ? null : Longs.tryParse(digits);
    return value == null ? -1 : value;
  }
}
