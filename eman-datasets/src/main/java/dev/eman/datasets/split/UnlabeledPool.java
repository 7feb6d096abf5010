package dev.eman.datasets.split;

import java.util.Locale;

/** Which images serve without their labels. Those kept for validation never do. */
public enum UnlabeledPool {
  /** All, the labelled ones too, as in FixMatch (arXiv 2001.07685) and most others. */
  ALL,
  /** Only those that are not labelled, as in the lists of the EMAN paper. */
  REST;

  /** As written in configurations: {@code all}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
