package dev.eman.datasets.image;

import com.google.common.collect.ImmutableList;

/** What libjpeg would warn of in a file that it decodes all the same. */
final class JpegWarnings {
  private JpegWarnings() {}

  /** In words; empty for a sound file. */
  static ImmutableList<String> of(int strayBytes, int lostRestarts) {
    ImmutableList.Builder<String> warnings = ImmutableList.builder();
    if (strayBytes > 0) {
      warnings.add(
          strayBytes + (strayBytes == 1 ? " stray byte" : " stray bytes") + " between segments");
    }
    if (lostRestarts > 0) {
      warnings.add(
          lostRestarts
              + (lostRestarts == 1 ? " restart marker" : " restart markers")
              + " lost or misnumbered");
    }
    return warnings.build();
  }
}
