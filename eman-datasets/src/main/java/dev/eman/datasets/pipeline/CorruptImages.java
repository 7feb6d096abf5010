package dev.eman.datasets.pipeline;

import java.util.Locale;

/** What to do with an image that cannot be decoded. */
public enum CorruptImages {
  /** Stop, and name it. */
  FAIL,
  /** Take another image of the stream instead, and count; the log names it. */
  SKIP;

  /** As written in configurations: {@code fail}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
