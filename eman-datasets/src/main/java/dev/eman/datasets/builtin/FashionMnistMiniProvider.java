package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.reader.SheetDataset;

/**
 * A part of Fashion-MNIST that comes with this module: of each class the first 600 images to train
 * on and the first 100 to test on, in their original order.
 */
public final class FashionMnistMiniProvider implements DatasetProvider {
  /** As written on the command line. */
  public static final String NAME = "fashion-mnist-mini";

  private static final int SIDE = 28;

  /** For {@link java.util.ServiceLoader}. */
  public FashionMnistMiniProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "a tenth of fashion-mnist, comes with the program";
  }

  @Override
  public ImmutableSet<Part> parts() {
    return ImmutableSet.of(Part.TRAIN, Part.TEST);
  }

  @Override
  public ChannelStatistics statistics() {
    return ChannelStatistics.gray(0.2869, 0.3538);
  }

  @Override
  public int imageSize() {
    return SIDE;
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    return open(part);
  }

  /** Opens a part; it needs no folder. */
  public static ImageDataset open(Part part) {
    if (part == Part.UNLABELED) {
      throw new DatasetException(
          NAME + ": expected part train or test, got unlabeled; all of its images have labels");
    }
    String file = NAME + "-" + part.label();
    return SheetDataset.open(
        FashionMnistMiniProvider.class,
        file + ".png",
        file + "-labels.gz",
        NAME + "/" + part.label(),
        FashionMnistProvider.CLASSES,
        SIDE);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part);
  }
}
