package dev.eman.datasets.check;

/** Hears how far a check has come; called by several threads. */
@FunctionalInterface
public interface CheckListener {
  /** Hears nothing. */
  CheckListener NONE = (done, all) -> {};

  /**
   * Called after each image.
   *
   * @param done number of images decoded so far
   * @param all number of images
   */
  void decoded(int done, int all);
}
