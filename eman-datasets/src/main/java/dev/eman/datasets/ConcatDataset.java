package dev.eman.datasets;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A training set followed by unlabelled images, as one data set: positions from 0 are those of the
 * training set, and the first unlabelled image has the position {@code train.size()}. Classes are
 * the training set's. The unlabelled images have no labels here, whatever they have elsewhere.
 */
public final class ConcatDataset implements ImageDataset {
  private final ImageDataset train;
  private final ImageDataset unlabeled;

  private ConcatDataset(ImageDataset train, ImageDataset unlabeled) {
    this.train = train;
    this.unlabeled = unlabeled;
  }

  /**
   * A view of both, which closes both. Colour images beside gray ones become gray.
   *
   * @throws DatasetException for gray images beside colour ones
   */
  public static ConcatDataset of(ImageDataset train, ImageDataset unlabeled) {
    checkArgument(
        unlabeled.size() <= Integer.MAX_VALUE - train.size(),
        "images: expected at most %s in all",
        Integer.MAX_VALUE);
    return new ConcatDataset(
        train, GrayDataset.matching(unlabeled, train.channels(), train.name()));
  }

  @Override
  public String name() {
    return train.name() + " and " + unlabeled.name();
  }

  @Override
  public int size() {
    return train.size() + unlabeled.size();
  }

  @Override
  public ImmutableList<String> classNames() {
    return train.classNames();
  }

  @Override
  public int channels() {
    return train.channels();
  }

  /** The training image's label, or {@link #UNLABELED}. */
  @Override
  public int label(int index) {
    checkElementIndex(index, size());
    return index < train.size() ? train.label(index) : UNLABELED;
  }

  @Override
  public String imageName(int index) {
    return index < train.size()
        ? train.imageName(index)
        : unlabeled.imageName(index - train.size());
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    if (index < train.size()) {
      train.read(index, plan, into);
    } else {
      unlabeled.read(index - train.size(), plan, into);
    }
  }

  @Override
  public Optional<ByteSource> encoded(int index) {
    return index < train.size() ? train.encoded(index) : unlabeled.encoded(index - train.size());
  }

  /** Covers what both fingerprints cover. */
  @Override
  public String fingerprint() {
    return Hashing.sha256()
        .hashString(train.fingerprint() + "\n" + unlabeled.fingerprint(), StandardCharsets.UTF_8)
        .toString();
  }

  @Override
  public ImmutableList<String> notes() {
    return ImmutableList.<String>builder().addAll(train.notes()).addAll(unlabeled.notes()).build();
  }

  /** Closes both, the second even if closing the first one fails. */
  @Override
  public void close() {
    try {
      train.close();
    } finally {
      unlabeled.close();
    }
  }
}
