package dev.eman.benchmarks.train;

import dev.eman.benchmarks.Versions;

/** Which program made a run. */
final class Provenance {
  private Provenance() {}

  static String version() {
    return Versions.eman();
  }

  /** As the launcher found it: of the checkout, if it is one. */
  static String commit() {
    String commit = System.getProperty("eman.commit", "");
    return commit.isEmpty() ? "unknown" : commit;
  }
}
