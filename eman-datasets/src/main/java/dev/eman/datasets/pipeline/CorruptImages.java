package dev.eman.datasets.pipeline;

import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What to do with an image that cannot be decoded. */
public enum CorruptImages {
  /** Stop, and name it. */
  FAIL,
  /** Take another image of the stream instead, and count; the log names it. */
  SKIP;

  /**
   * The policy of a name.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static CorruptImages named(String name) {
    List<String> labels = Arrays.stream(values()).map(CorruptImages::label).toList();
    int index = labels.indexOf(name);
    if (index < 0) {
      throw new UsageException(Suggestions.unknown("policy for corrupt images", name, labels));
    }
    return values()[index];
  }

  /** As written in configurations: {@code fail}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
