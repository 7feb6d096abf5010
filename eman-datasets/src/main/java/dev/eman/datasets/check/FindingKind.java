package dev.eman.datasets.check;

import java.util.Locale;

/** What a check may find. */
public enum FindingKind {
  /** A part cannot be opened. */
  UNREADABLE_PART(true, "part cannot be opened", "parts cannot be opened"),
  /** A file of labels does not fit the training images. */
  LABELS_FILE(
      true,
      "labels file does not fit the training images",
      "labels files do not fit the training images"),
  /** An image cannot be decoded. */
  CORRUPT(
      true,
      "image cannot be decoded; training stops at it unless --corrupt-images skip",
      "images cannot be decoded; training stops at them unless --corrupt-images skip"),
  /** An image that is too long and thin to be scaled to the data set's usual size. */
  TOO_LONG(
      true,
      "image is too long and thin for the usual --size; training stops at it unless"
          + " --corrupt-images skip",
      "images are too long and thin for the usual --size; training stops at them unless"
          + " --corrupt-images skip"),
  /** A class that test images have and training images do not. */
  CLASS_ONLY_IN_TEST(true, "class is in the test set only", "classes are in the test set only"),
  /** Images with the same pixels and different labels. */
  CONFLICTING_LABELS(
      true, "image is there with another label too", "images are there with another label too"),
  /** A test image that has the same pixels as a training image. */
  TRAIN_AND_TEST(
      true,
      "test image is a training image too, so accuracy is too high",
      "test images are training images too, so accuracy is too high"),
  /** Training images that have labels, but all the same. */
  ONE_CLASS(
      false,
      "class is the only one that training images are labelled with; train and fit need two, or"
          + " --classes with more",
      "classes are the only ones of their parts; train and fit need two, or --classes with more"),
  /** A test image that is nearly a training image. */
  NEAR_TRAIN_AND_TEST(
      false,
      "test image is nearly the same as a training image",
      "test images are nearly the same as a training image"),
  /** A test image among the unlabelled ones. */
  UNLABELED_AND_TEST(
      false,
      "test image is among the unlabelled images too",
      "test images are among the unlabelled images too"),
  /** Nearly the same image with different labels. */
  NEAR_CONFLICTING_LABELS(
      false,
      "image has another label than one that is nearly the same",
      "images have another label than one that is nearly the same"),
  /** Images of one part with the same pixels. */
  DUPLICATE(false, "image is there twice", "images are there twice"),
  /** Images of one part that are nearly the same. */
  NEAR_DUPLICATE(
      false,
      "image is nearly the same as an earlier one",
      "images are nearly the same as an earlier one"),
  /** A class without test images. */
  CLASS_NOT_IN_TEST(false, "class has no test images", "classes have no test images"),
  /** A class with few images to learn from. */
  TINY_CLASS(false, "class has few labelled images", "classes have few labelled images"),
  /** Names of classes that differ in capitals, spaces or Unicode form alone. */
  SIMILAR_NAMES(
      false, "class is called nearly like another", "classes are called nearly like another"),
  /** Classes of very different sizes. */
  IMBALANCE(
      false,
      "part has classes of very different sizes",
      "parts have classes of very different sizes"),
  /** A file that is not as its format has it, but is decoded all the same. */
  IRREGULAR(
      false,
      "file is irregular, and decoded all the same",
      "files are irregular, and decoded all the same"),
  /** An image that is far wider than high, or higher than wide. */
  ASPECT_RATIO(
      false,
      "image is more than three times as long as wide; the crop to a square loses most of it",
      "images are more than three times as long as wide; the crop to a square loses most of them");

  private final boolean error;
  private final String one;
  private final String many;

  FindingKind(boolean error, String one, String many) {
    this.error = error;
    this.one = one;
    this.many = many;
  }

  /** Whether training would go wrong, or its result be wrong. */
  public boolean isError() {
    return error;
  }

  /** As in tables: {@code train-and-test}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A line for that many findings: {@code 3 images cannot be decoded}. */
  public String headline(int count) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }
}
