package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ConcatDataset;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.SubsetDataset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which images of a training set are labelled, which are kept for validation, and which serve
 * without labels. Immutable. Belongs to one data set, whose fingerprint it carries.
 *
 * <p>Images that come without labels join by {@link #withPart} (the data set's own, {@link
 * Part#UNLABELED}) and {@link #withAdded} (a user's, {@link AddedImages}). Positions then count in
 * {@link #images}: the training images first, the others after them.
 */
public final class LabelSplit {
  private final String datasetName;
  private final String fingerprint;
  private final int size;
  private final String origin;
  private final UnlabeledPool pool;
  private final ImmutableIntArray labeled;
  private final ImmutableIntArray validation;
  private final ImmutableIntArray leftOut;
  private final @Nullable UnlabeledPart part;
  private final @Nullable UnlabeledPart added;

  /**
   * A split of training images alone.
   *
   * @param datasetName of the data set, for messages
   * @param fingerprint of the data set
   * @param size how many images the data set has
   * @param origin how the split came about, one line for people
   * @param pool which images serve without labels
   * @param labeled positions in the data set, ascending
   * @param validation positions, ascending, none of them in {@code labeled}
   */
  LabelSplit(
      String datasetName,
      String fingerprint,
      int size,
      String origin,
      UnlabeledPool pool,
      ImmutableIntArray labeled,
      ImmutableIntArray validation) {
    this(
        datasetName,
        fingerprint,
        size,
        origin,
        pool,
        labeled,
        validation,
        ImmutableIntArray.of(),
        null,
        null);
  }

  /**
   * A split of known content.
   *
   * @param leftOut positions of images that serve neither with labels nor without, ascending, none
   *     of them in {@code labeled} or {@code validation}; often none
   * @param part the data set's own unlabelled images; null for none
   * @param added a user's unlabelled images; null for none
   */
  LabelSplit(
      String datasetName,
      String fingerprint,
      int size,
      String origin,
      UnlabeledPool pool,
      ImmutableIntArray labeled,
      ImmutableIntArray validation,
      ImmutableIntArray leftOut,
      @Nullable UnlabeledPart part,
      @Nullable UnlabeledPart added) {
    Positions.checkAscending("labelled", labeled, size);
    Positions.checkAscending("validation", validation, size);
    checkArgument(
        !Positions.intersect(labeled, validation),
        "split: expected no image both labelled and kept for validation");
    Positions.checkAscending("left-out", leftOut, size);
    checkArgument(
        !Positions.intersect(labeled, leftOut) && !Positions.intersect(validation, leftOut),
        "split: expected no image both left out and labelled or kept for validation");
    checkArgument(
        (long) size + size(part) + size(added) <= Integer.MAX_VALUE,
        "expected at most %s images in all",
        Integer.MAX_VALUE);
    this.datasetName = datasetName;
    this.fingerprint = fingerprint;
    this.size = size;
    this.origin = origin;
    this.pool = pool;
    this.labeled = labeled;
    this.validation = validation;
    this.leftOut = leftOut;
    this.part = part;
    this.added = added;
  }

  private static int size(@Nullable UnlabeledPart images) {
    return images == null ? 0 : images.size();
  }

  /**
   * Draws labelled images at random, as many of each class, at least one of each. A class with
   * fewer images than requested is labelled as a whole, with a warning. Of the same data and seed,
   * a smaller split's labelled and validation images together are a part of a larger one's: 1% lies
   * within 10%.
   *
   * @param data a training set
   * @param amount how many
   * @param seed of the draw
   * @param validation the part of the labelled images that is set aside, 0 (none) to below 1
   * @param pool which images serve without labels
   * @throws DatasetException if nothing of a class with images would be left to learn from
   */
  public static LabelSplit draw(
      ImageDataset data, LabelAmount amount, long seed, double validation, UnlabeledPool pool) {
    return draw(data, amount, seed, validation, pool, Imbalance.NONE);
  }

  /**
   * Draws images at random, of each class as many as an imbalance asks for. Of the same data and
   * seed, the labelled and validation images of fewer labels are among those of more.
   *
   * @throws DatasetException as above, or if a class would have none of the images or has too few
   */
  public static LabelSplit draw(
      ImageDataset data,
      LabelAmount amount,
      long seed,
      double validation,
      UnlabeledPool pool,
      Imbalance imbalance) {
    return SplitDrawing.draw(data, amount, seed, validation, pool, imbalance);
  }

  /** Draws with nothing set aside for validation and the pool {@link UnlabeledPool#ALL}. */
  public static LabelSplit draw(ImageDataset data, LabelAmount amount, long seed) {
    return draw(data, amount, seed, 0, UnlabeledPool.ALL);
  }

  /** Every image is labelled: for training with all labels. */
  public static LabelSplit all(ImageDataset data) {
    return draw(data, LabelAmount.fraction(1), 0, 0, UnlabeledPool.ALL);
  }

  /**
   * No image is labelled, and all serve without labels: for images whose classes are not known.
   *
   * @param data whose classes may be empty
   */
  public static LabelSplit unlabeled(ImageDataset data) {
    return new LabelSplit(
        data.name(),
        data.fingerprint(),
        data.size(),
        "no labels",
        UnlabeledPool.ALL,
        ImmutableIntArray.of(),
        ImmutableIntArray.of());
  }

  /**
   * A published list of file names, one a line, such as the 1% list of ImageNet: {@code
   * n04235860_14959.JPEG}. A line may also be a path below the data set's folder.
   *
   * @throws DatasetException for a name that no image has, or a double one
   */
  public static LabelSplit fromFileNames(ImageDataset data, Path list, UnlabeledPool pool) {
    return PublishedLists.fileNames(data, list, pool);
  }

  /**
   * A table with a column {@code Index} of positions in the sorted image folder, from 0. Where it
   * has a column of images too, they must be those at the positions; with labels besides, it counts
   * as a table of images and labels.
   *
   * @throws DatasetException for a file without that column, a position out of range or a double
   *     one, or one of another image
   */
  public static LabelSplit fromIndexTable(ImageDataset data, Path csv, UnlabeledPool pool) {
    return PublishedLists.indexTable(data, csv, pool);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws DatasetException if the file is damaged or belongs to other data
   */
  public static LabelSplit load(Path file, ImageDataset data) {
    return SplitFile.read(file, data);
  }

  /** Writes a small text file, replacing any former one in one step. */
  public void save(Path file) {
    SplitFile.write(file, this);
  }

  /**
   * This split, with the data set's own unlabelled images among those that serve without labels;
   * unchanged if its pool leaves them out.
   *
   * @param unlabeled the part {@link Part#UNLABELED} of the same data set
   */
  public LabelSplit withPart(ImageDataset unlabeled) {
    return pool.usesPart() ? with(UnlabeledPart.of(unlabeled), added) : this;
  }

  /**
   * This split, with a user's unlabelled images among those that serve without labels; unchanged if
   * its pool leaves them out.
   */
  public LabelSplit withAdded(ImageDataset unlabeled) {
    return pool.usesPart() ? with(part, UnlabeledPart.of(unlabeled)) : this;
  }

  private LabelSplit with(@Nullable UnlabeledPart newPart, @Nullable UnlabeledPart newAdded) {
    return new LabelSplit(
        datasetName,
        fingerprint,
        size,
        origin,
        pool,
        labeled,
        validation,
        leftOut,
        newPart,
        newAdded);
  }

  /**
   * This split of a data set as a split of some of its images; the others leave it.
   *
   * @param some images of the data set that this is a split of
   */
  public LabelSplit within(SubsetDataset some) {
    return new LabelSplit(
        some.name(),
        some.fingerprint(),
        some.size(),
        origin,
        pool,
        Positions.within(labeled, some.positions()),
        Positions.within(validation, some.positions()),
        Positions.within(leftOut, some.positions()),
        part,
        added);
  }

  /**
   * The images that all positions count in: the training images, then the data set's own unlabelled
   * ones and then a user's, if the split has any. Labels of the latter two are unknown.
   *
   * @param train the data set that this is a split of
   * @param unlabeled its part {@link Part#UNLABELED}; may be null if the split has none of it
   * @param more a user's unlabelled images; may be null if the split has none
   * @return {@code train} itself, or a view of all, whose {@code close} closes them
   * @throws DatasetException if the split has other unlabelled images
   */
  public ImageDataset images(
      ImageDataset train, @Nullable ImageDataset unlabeled, @Nullable ImageDataset more) {
    ImageDataset images = train;
    if (part != null) {
      images = ConcatDataset.of(images, part.requireSame(datasetName, "of its own", unlabeled));
    }
    if (added != null) {
      images =
          ConcatDataset.of(images, added.requireSame(datasetName, "of --unlabeled-data", more));
    }
    return images;
  }

  /** The labelled images' positions in the data set, ascending. */
  public ImmutableIntArray labeled() {
    return labeled;
  }

  /** The positions of the images kept for validation, ascending; often none. */
  public ImmutableIntArray validation() {
    return validation;
  }

  /**
   * The positions of the training images that serve neither with labels nor without, ascending;
   * none unless the split was drawn with an {@link Imbalance}, or is that of a table with images to
   * measure on among the training images.
   */
  public ImmutableIntArray leftOut() {
    return leftOut;
  }

  /** The labelled images and those kept for validation, ascending. */
  public ImmutableIntArray chosen() {
    BitSet chosen = BitSets.of(labeled);
    chosen.or(BitSets.of(validation));
    return BitSets.ascending(chosen);
  }

  /**
   * The positions in {@link #images} of the images that serve without labels, ascending: training
   * images, then all that come without labels.
   */
  public ImmutableIntArray unlabeled() {
    ImmutableIntArray.Builder positions =
        ImmutableIntArray.builder(size + partSize() + addedSize());
    if (pool.usesTrain()) {
      BitSet out = BitSets.of(validation);
      out.or(BitSets.of(leftOut));
      if (pool == UnlabeledPool.REST) {
        out.or(BitSets.of(labeled));
      }
      for (int i = out.nextClearBit(0); i < size; i = out.nextClearBit(i + 1)) {
        positions.add(i);
      }
    }
    for (int i = 0; i < partSize() + addedSize(); i++) {
      positions.add(size + i);
    }
    return positions.build();
  }

  /** How many of {@link #unlabeled} are from the data set's own unlabelled part; often 0. */
  public int partSize() {
    return size(part);
  }

  /** How many of {@link #unlabeled} a user has added, the last ones; often 0. */
  public int addedSize() {
    return size(added);
  }

  /** For the file. */
  @Nullable UnlabeledPart part() {
    return part;
  }

  /** For the file. */
  @Nullable UnlabeledPart added() {
    return added;
  }

  /** Which images serve without labels. */
  public UnlabeledPool pool() {
    return pool;
  }

  /** How the split came about, such as {@code 1%, seed 0}. */
  public String origin() {
    return origin;
  }

  /** What the data set was called. */
  public String datasetName() {
    return datasetName;
  }

  /** The training set's fingerprint. */
  public String fingerprint() {
    return fingerprint;
  }

  /** How many images the data set has. */
  public int size() {
    return size;
  }

  /** Equal for equal content: the data sets' fingerprints, the pool, and every position. */
  public String hash() {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(fingerprint, StandardCharsets.UTF_8).putInt(size);
    hasher.putString(pool.hashed(), StandardCharsets.UTF_8);
    hasher.putInt(labeled.length());
    labeled.forEach(hasher::putInt);
    hasher.putInt(validation.length());
    validation.forEach(hasher::putInt);
    if (!leftOut.isEmpty()) {
      hasher.putString("left out", StandardCharsets.UTF_8).putInt(leftOut.length());
      leftOut.forEach(hasher::putInt);
    }
    if (part != null) {
      hasher.putInt(part.size()).putString(part.fingerprint(), StandardCharsets.UTF_8);
    }
    if (added != null) {
      hasher.putString("added", StandardCharsets.UTF_8).putInt(added.size());
      hasher.putString(added.fingerprint(), StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d of %d images labelled, %d for validation, %s unlabelled%s%s%s (%s)",
        labeled.length(),
        size,
        validation.length(),
        pool.label(),
        leftOut.isEmpty() ? "" : " but " + leftOut.length() + " left out",
        part == null ? "" : " with " + part.size() + " of its own",
        added == null ? "" : (part == null ? " with " : " and ") + added.size() + " added",
        origin);
  }
}
