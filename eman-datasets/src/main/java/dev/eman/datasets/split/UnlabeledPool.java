package dev.eman.datasets.split;

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
 * Which images serve without their labels: training images, and those of the data set's own
 * unlabelled part ({@link Part#UNLABELED}) where it has one. Images kept for validation never do.
 */
public enum UnlabeledPool {
  /**
   * All training images, the labelled ones too, as in FixMatch (arXiv 2001.07685) and most others,
   * and the data set's own unlabelled images.
   */
  ALL(true),
  /**
   * The training images that are not labelled, as in the lists of the EMAN paper, and the data
   * set's own unlabelled images.
   */
  REST(true),
  /** All training images, the labelled ones too; the data set's own unlabelled part is left out. */
  TRAIN(false),
  /** The data set's own unlabelled images alone. */
  OWN(true);

  private final boolean usesOwn;

  UnlabeledPool(boolean usesOwn) {
    this.usesOwn = usesOwn;
  }

  /** Whether the data set's own unlabelled images belong to it. */
  public boolean usesOwn() {
    return usesOwn;
  }

  /**
   * The pool of a name.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static UnlabeledPool named(String name) {
    List<String> labels = Arrays.stream(values()).map(UnlabeledPool::label).toList();
    int index = labels.indexOf(name);
    if (index < 0) {
      throw new UsageException(Suggestions.unknown("unlabelled pool", name, labels));
    }
    return values()[index];
  }

  /**
   * Opens the data set's own unlabelled images, for {@link LabelSplit#withOwn}.
   *
   * @return empty if this pool leaves them out, the data set is published without, or, unless they
   *     are all that the pool has, they are not there
   * @throws DatasetException if this is {@link #OWN} and there are none
   */
  public Optional<ImageDataset> openOwn(DatasetProvider data, DataDirectories directories) {
    boolean needed = this == OWN;
    if (needed || (usesOwn && data.isPresent(Part.UNLABELED, directories))) {
      return Optional.of(data.open(Part.UNLABELED, directories));
    }
    return Optional.empty();
  }

  /** As written in configurations: {@code all}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
