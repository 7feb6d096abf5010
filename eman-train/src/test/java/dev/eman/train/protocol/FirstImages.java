package dev.eman.train.protocol;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import java.util.stream.IntStream;

/**
 * The first images of a part of Fashion-MNIST, and batches of them.
 *
 * @param corrupt the one that cannot be decoded; -1 for none
 */
record FirstImages(ImageDataset all, int size, int corrupt) implements ImageDataset {
  private static final FashionMnistMiniProvider PROVIDER = new FashionMnistMiniProvider();

  static FirstImages of(Part part, int size) {
    return new FirstImages(FashionMnistMiniProvider.open(part), size, -1);
  }

  FirstImages withCorrupt(int image) {
    return new FirstImages(all, size, image);
  }

  ImmutableIntArray indices() {
    return ImmutableIntArray.copyOf(IntStream.range(0, size));
  }

  /** The images once, in order. */
  BatchPipeline inOrder() {
    return inOrder(indices(), 100);
  }

  BatchPipeline inOrder(ImmutableIntArray indices, int batchSize) {
    return BatchPipeline.builder(PROVIDER)
        .labeled(ImageStream.inOrder(this, indices, batchSize, view(AugmentationPreset.NONE)))
        .start();
  }

  /** Without an end. */
  BatchPipeline augmented(ImmutableIntArray indices, int batchSize) {
    return BatchPipeline.builder(PROVIDER)
        .labeled(
            ImageStream.labeled(this, indices, batchSize, view(AugmentationPreset.FIXMATCH_WEAK)))
        .start();
  }

  private static Transform view(AugmentationPreset preset) {
    return preset.create(PROVIDER.imageSize());
  }

  @Override
  public String name() {
    return all.name();
  }

  @Override
  public ImmutableList<String> classNames() {
    return all.classNames();
  }

  @Override
  public int channels() {
    return all.channels();
  }

  @Override
  public int label(int index) {
    return all.label(index);
  }

  @Override
  public String imageName(int index) {
    return all.imageName(index);
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    if (index == corrupt) {
      throw new CorruptImageException(imageName(index) + ": corrupt");
    }
    all.read(index, plan, into);
  }

  @Override
  public String fingerprint() {
    return all.fingerprint() + size;
  }
}
