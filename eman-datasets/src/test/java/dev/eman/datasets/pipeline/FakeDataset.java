package dev.eman.datasets.pipeline;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.Set;

/** Images whose pixels tell their number; some cannot be decoded. */
final class FakeDataset implements ImageDataset {
  static final int SIDE = 4;

  private final int size;
  private final Set<Integer> corrupt;
  private final int labels;

  FakeDataset(int size, Set<Integer> corrupt) {
    this(size, corrupt, 3);
  }

  /** With labels below {@code labels}, right up to 3, or 0 for images without. */
  FakeDataset(int size, Set<Integer> corrupt, int labels) {
    this.size = size;
    this.corrupt = corrupt;
    this.labels = labels;
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public ImmutableList<String> classNames() {
    return ImmutableList.of("a", "b", "c");
  }

  @Override
  public int channels() {
    return 1;
  }

  @Override
  public int label(int index) {
    return labels == 0 ? UNLABELED : index % labels;
  }

  @Override
  public String imageName(int index) {
    return "fake/" + index + ".png";
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    if (corrupt.contains(index)) {
      throw new CorruptImageException("cannot decode " + imageName(index));
    }
    into.reset(SIDE, SIDE, 1);
    for (int i = 0; i < SIDE * SIDE; i++) {
      into.pixels()[i] = (byte) index;
    }
  }

  @Override
  public String fingerprint() {
    return "fake";
  }
}
