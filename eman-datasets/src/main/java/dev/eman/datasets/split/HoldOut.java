package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.SubsetDataset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;

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
  /** Checks the positions. */
  public HoldOut {
    Positions.checkAscending("held-out", positions, size);
    checkArgument(!positions.isEmpty(), "positions: expected at least one image, got none");
  }

  /**
   * Draws them at random: of each class the rounded part of its images, at least one, and never
   * all. Files of the same bytes are held out together or not at all; where they are of several
   * classes, or one of them is kept, not at all. So a class may have somewhat fewer or, where every
   * image is there several times, more. Where more than 100,000 files have the size of another,
   * copies are not looked for, and a line in the log says so.
   *
   * @param data with labels
   * @param part of each class, above 0 and below 1
   * @param seed of the draw
   * @param kept positions of images that must not be held out, such as listed labelled ones
   * @throws DatasetException if no image can be held out
   */
  public static HoldOut draw(ImageDataset data, double part, long seed, ImmutableIntArray kept) {
    checkArgument(part > 0 && part < 1, "part: expected above 0 and below 1, got %s", part);
    return new HoldOutDrawing(data, part, seed, kept).draw();
  }

  /**
   * Reads what {@link #save} wrote, of whatever data.
   *
   * @throws DatasetException if the file is damaged
   */
  public static HoldOut read(Path file) {
    return HoldOutFile.read(file);
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
