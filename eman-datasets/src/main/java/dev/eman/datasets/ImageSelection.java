package dev.eman.datasets;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Some images of a data set as a data set of their own, with labels of their own.
 *
 * @param data that they are from; closed with this
 * @param name what to call them
 * @param classNames of the labels; empty where no image has one
 * @param positions in {@code data}
 * @param labels one for each position, or {@link #UNLABELED}
 * @param notes as {@link ImageDataset#notes} has them
 */
public record ImageSelection(
    ImageDataset data,
    String name,
    ImmutableList<String> classNames,
    ImmutableIntArray positions,
    ImmutableIntArray labels,
    ImmutableList<String> notes)
    implements ImageDataset {
  /** Checks the lengths. */
  public ImageSelection {
    checkArgument(
        positions.length() == labels.length(),
        "labels: expected one for each of %s positions, got %s",
        positions.length(),
        labels.length());
  }

  @Override
  public int size() {
    return positions.length();
  }

  @Override
  public int channels() {
    return data.channels();
  }

  @Override
  public int label(int index) {
    return labels.get(index);
  }

  @Override
  public String imageName(int index) {
    return data.imageName(positions.get(index));
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    data.read(positions.get(index), plan, into);
  }

  @Override
  public Optional<ByteSource> encoded(int index) {
    return data.encoded(positions.get(index));
  }

  /** Covers the data set, which images of it these are, and their labels by name. */
  @Override
  public String fingerprint() {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(data.fingerprint(), StandardCharsets.UTF_8);
    classNames.forEach(className -> hasher.putString("\n" + className, StandardCharsets.UTF_8));
    positions.forEach(hasher::putInt);
    labels.forEach(hasher::putInt);
    return hasher.hash().toString();
  }

  @Override
  public void close() {
    data.close();
  }
}
