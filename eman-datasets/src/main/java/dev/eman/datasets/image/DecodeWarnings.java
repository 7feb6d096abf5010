package dev.eman.datasets.image;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.Printable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images that this process decoded although something was irregular in their files: counted by
 * name, however often each is read, and the first one named in the log.
 */
public final class DecodeWarnings {
  private static final Logger log = LoggerFactory.getLogger(DecodeWarnings.class);

  /** From here on no further names are kept. */
  private static final int MOST = 100_000;

  private static final Set<String> NAMES = ConcurrentHashMap.newKeySet();

  private DecodeWarnings() {}

  /** How many images there were so far; no more than 100,000 are told apart. */
  public static int count() {
    return NAMES.size();
  }

  static void report(String name, ImmutableList<String> warnings) {
    if (NAMES.size() < MOST && NAMES.add(name) && NAMES.size() == 1) {
      log.warn(
          "{}: decoded, but it has {}; no further such files are named here",
          Printable.escape(name),
          String.join(", ", warnings));
    }
  }
}
