package dev.eman.datasets.split;

import com.google.common.base.Ascii;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which images serve without labels: training images, and those that come without any, which are
 * the data set's unlabelled part ({@link Part#UNLABELED}) where it has one, and what a user adds
 * ({@link AddedImages}). Images kept for validation never do.
 */
public enum UnlabeledPool {
  /**
   * All training images, the labelled ones too, as in FixMatch (arXiv 2001.07685) and most others,
   * and the images that come without labels.
   */
  ALL,
  /**
   * The training images that are not labelled, as in the lists of the EMAN paper, and the images
   * that come without labels.
   */
  REST,
  /** All training images, the labelled ones too; those that come without labels are left out. */
  TRAIN,
  /** The images that come without labels alone. */
  PART;

  /** What {@link #PART} was called before; still read, and what hashes of splits cover. */
  private static final String FORMER_PART = "own";

  /** Whether the images that come without labels belong to it. */
  public boolean usesPart() {
    return this != TRAIN;
  }

  /** Whether training images belong to it. */
  public boolean usesTrain() {
    return this != PART;
  }

  /**
   * The pool of a name, or of its former name.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static UnlabeledPool named(String name) {
    List<String> labels = Arrays.stream(values()).map(UnlabeledPool::label).toList();
    String found = Ascii.toLowerCase(name);
    int index = labels.indexOf(found.equals(FORMER_PART) ? PART.label() : found);
    if (index < 0) {
      throw new UsageException(Suggestions.unknown("unlabeled", name, labels));
    }
    return values()[index];
  }

  /**
   * Opens the data set's unlabelled part, for {@link LabelSplit#withPart}.
   *
   * @param added whether the pool has other images that come without labels
   * @return empty if this pool leaves them out, the data set is published without, or, unless they
   *     are all that the pool has, they are not there
   * @throws DatasetException if they are all that the pool has, and there are none
   */
  public Optional<ImageDataset> openPart(
      DatasetProvider data, DataDirectories directories, boolean added) {
    boolean needed = this == PART && !added;
    if (needed && !data.parts().contains(Part.UNLABELED)) {
      throw new DatasetException(
          data.name()
              + ": expected images that come without labels, as --unlabeled part takes no others,"
              + " found none; name a folder of them with --unlabeled-data, or take --unlabeled"
              + " rest");
    }
    if (needed || (usesPart() && data.isPresent(Part.UNLABELED, directories))) {
      return Optional.of(data.open(Part.UNLABELED, directories));
    }
    return Optional.empty();
  }

  /** What hashes of splits cover: of a former name, so that they stay as they were. */
  String hashed() {
    return this == PART ? FORMER_PART : label();
  }

  /** As written in configurations: {@code all}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
