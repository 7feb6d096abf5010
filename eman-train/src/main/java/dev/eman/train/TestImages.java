package dev.eman.train;

/** The images that a run's final accuracies are of. */
public enum TestImages {
  /** The data set's own test set. */
  TEST_SET("test", "test set"),
  /** Images held out of a data set without test images. */
  HELD_OUT("held-out", "held-out images"),
  /** Images kept for validation, of a data set without test images. */
  VALIDATION("validation", "validation images"),
  /** All images of another data set without test images; a run may have learnt from some. */
  LABELED("labelled", "all labelled images"),
  /** Nothing is measured. */
  NONE("none", "nothing");

  private final String set;
  private final String words;

  TestImages(String set, String words) {
    this.set = set;
    this.words = words;
  }

  /** Before the words set and images: {@code held-out}. */
  public String set() {
    return set;
  }

  /** For people: {@code held-out images}. */
  @Override
  public String toString() {
    return words;
  }
}
