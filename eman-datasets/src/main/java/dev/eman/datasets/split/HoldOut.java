package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.augment.ViewRandom;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Images of a data set without test images that are held out to measure on: the same part of each
 * class. They are never trained on, neither with nor without labels.
 *
 * @param fingerprint of the data set
 * @param size how many images the data set has
 * @param origin how they were chosen, one line for people
 * @param positions of the images held out, ascending, at least one
 */
public record HoldOut(String fingerprint, int size, String origin, ImmutableIntArray positions) {
  /** Keeps this use of the seed apart from others. */
  private static final long PURPOSE = 0x401d007;

  /** Checks the positions. */
  public HoldOut {
    Positions.checkAscending("held-out", positions, size);
    checkArgument(!positions.isEmpty(), "positions: expected at least one image, got none");
  }

  /**
   * Draws them at random: of each class the rounded part of its images, at least one, and never
   * all.
   *
   * @param data with labels
   * @param part of each class, above 0 and below 1
   * @param seed of the draw
   * @param kept positions of images that must not be held out, such as listed labelled ones
   * @throws DatasetException if no image can be held out
   */
  public static HoldOut draw(ImageDataset data, double part, long seed, ImmutableIntArray kept) {
    checkArgument(part > 0 && part < 1, "part: expected above 0 and below 1, got %s", part);
    BitSet taken = BitSets.of(kept);
    BitSet held = new BitSet();
    List<List<Integer>> classes = new ArrayList<>();
    data.classNames().forEach(name -> classes.add(new ArrayList<>()));
    for (int i = 0; i < data.size(); i++) {
      if (data.label(i) != ImageDataset.UNLABELED) {
        classes.get(data.label(i)).add(i);
      }
    }
    for (int c = 0; c < classes.size(); c++) {
      List<Integer> images = classes.get(c);
      int most = Math.min(images.size() - 1, Math.max(1, (int) Math.rint(images.size() * part)));
      images.removeIf(taken::get);
      shuffle(images, seed, c);
      images.stream().limit(Math.max(0, most)).forEach(held::set);
    }
    if (held.isEmpty()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected classes of at least two images%s to hold one out of each, found none;"
                  + " add images, or a folder of test images",
              data.name(),
              kept.isEmpty() ? "" : ", not all of them listed as labelled,"));
    }
    return new HoldOut(
        data.fingerprint(),
        data.size(),
        String.format(Locale.ROOT, "%s of each class, seed %d", part, seed),
        BitSets.ascending(held));
  }

  /** Fisher and Yates. */
  private static void shuffle(List<Integer> images, long seed, int label) {
    ViewRandom random = new ViewRandom();
    random.seed(seed, PURPOSE, label, 0);
    for (int i = images.size() - 1; i > 0; i--) {
      Collections.swap(images, i, random.nextInt(i + 1));
    }
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws DatasetException if the file is damaged or belongs to other data
   */
  public static HoldOut load(Path file, ImageDataset data) {
    return HoldOutFile.read(file, data);
  }

  /** Writes a small text file, replacing any former one in one step. */
  public void save(Path file) {
    HoldOutFile.write(file, this);
  }

  /** The images to train on: all others. A view, whose {@code close} closes the data set. */
  public SubsetDataset train(ImageDataset data) {
    BitSet rest = BitSets.of(positions);
    rest.flip(0, size);
    return SubsetDataset.of(
            data,
            BitSets.ascending(rest),
            data.name() + ", less " + positions.length() + " held-out images")
        .owning();
  }

  /** The images held out. A view, which does not close the data set. */
  public SubsetDataset test(ImageDataset data) {
    return SubsetDataset.of(
        data, positions, positions.length() + " held-out images of " + data.name());
  }

  /** Equal for equal content: the data set's fingerprint and every position. */
  String hash() {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(fingerprint, StandardCharsets.UTF_8).putInt(size);
    positions.forEach(hasher::putInt);
    return hasher.hash().toString();
  }

  @Override
  public String toString() {
    return positions.length() + " of " + size + " images held out (" + origin + ")";
  }
}
