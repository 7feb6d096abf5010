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

/** Some images of a data set as a data set of their own, which counts them from 0. */
public final class SubsetDataset implements ImageDataset {
  private final ImageDataset whole;
  private final ImmutableIntArray positions;
  private final String name;
  private final boolean owning;

  private SubsetDataset(
      ImageDataset whole, ImmutableIntArray positions, String name, boolean owning) {
    this.whole = whole;
    this.positions = positions;
    this.name = name;
    this.owning = owning;
  }

  /**
   * A view, which does not close the whole data set.
   *
   * @param positions in {@code whole}, ascending
   * @param name what to call the images
   */
  public static SubsetDataset of(ImageDataset whole, ImmutableIntArray positions, String name) {
    for (int i = 0; i < positions.length(); i++) {
      checkArgument(
          positions.get(i) > (i == 0 ? -1 : positions.get(i - 1))
              && positions.get(i) < whole.size(),
          "positions: expected ascending ones below %s, got %s",
          whole.size(),
          positions.get(i));
    }
    return new SubsetDataset(whole, positions, name, false);
  }

  /** The same images; closing them closes the whole data set. */
  public SubsetDataset owning() {
    return new SubsetDataset(whole, positions, name, true);
  }

  /** The data set that this is a part of. */
  public ImageDataset whole() {
    return whole;
  }

  /** The images' positions in {@link #whole}, ascending. */
  public ImmutableIntArray positions() {
    return positions;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return positions.length();
  }

  @Override
  public ImmutableList<String> classNames() {
    return whole.classNames();
  }

  @Override
  public int channels() {
    return whole.channels();
  }

  @Override
  public int label(int index) {
    return whole.label(positions.get(index));
  }

  @Override
  public String imageName(int index) {
    return whole.imageName(positions.get(index));
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    whole.read(positions.get(index), plan, into);
  }

  @Override
  public Optional<ByteSource> encoded(int index) {
    return whole.encoded(positions.get(index));
  }

  /** Covers what the whole data set's covers, and the positions. */
  @Override
  public String fingerprint() {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(whole.fingerprint(), StandardCharsets.UTF_8);
    positions.forEach(hasher::putInt);
    return hasher.hash().toString();
  }

  @Override
  public ImmutableList<String> notes() {
    return whole.notes();
  }

  @Override
  public void close() {
    if (owning) {
      whole.close();
    }
  }
}
