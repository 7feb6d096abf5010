package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.split.AddedImages;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.DataOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The images that a run draws from, and where those come from that it uses without labels.
 *
 * @param images that the split's positions count in; closes all
 * @param sources of the images used without labels, in the order of their positions
 * @param notes what a user should know of the images that come without labels
 */
record RunPool(ImageDataset images, ImmutableList<Source> sources, ImmutableList<String> notes) {
  /**
   * Images used without labels that come from one place.
   *
   * @param kind {@link TrainingImages.Source#TRAIN} and so on
   * @param name of the images
   * @param count number of images
   * @param first position of the place's first image in {@link #images}
   * @param end position after its last image
   */
  record Source(String kind, String name, int count, int first, int end) {}

  /**
   * Opens what a split uses.
   *
   * @param train closed with the pool; left open if this fails
   * @param options of the run's data
   */
  static RunPool open(
      LabelSplit split,
      ImageDataset train,
      DatasetProvider provider,
      DataDirectories directories,
      DataOptions options) {
    @Nullable Path added = options.unlabeledData();
    OpenResources open = new OpenResources();
    try {
      ImageDataset part =
          split.partSize() == 0
              ? null
              : open.add(provider.open(Part.UNLABELED, directories), ImageDataset::close);
      ImageDataset more =
          split.addedSize() == 0 || added == null
              ? null
              : open.add(
                  AddedImages.open(added, provider, directories, options.added()),
                  ImageDataset::close);
      ImageDataset images = split.images(train, part, more);
      int parts = split.partSize() + split.addedSize();
      ImmutableList.Builder<Source> sources = ImmutableList.builder();
      add(sources, TrainingImages.Source.TRAIN, train, split.unlabeled().length() - parts, 0);
      add(sources, TrainingImages.Source.PART, part, split.partSize(), train.size());
      add(
          sources,
          TrainingImages.Source.ADDED,
          more,
          split.addedSize(),
          train.size() + split.partSize());
      ImmutableList.Builder<String> notes = ImmutableList.builder();
      for (ImageDataset unlabeled : new ImageDataset[] {part, more}) {
        if (unlabeled != null) {
          notes.addAll(unlabeled.notes());
        }
      }
      return new RunPool(images, sources.build(), notes.build());
    } catch (Throwable e) {
      open.closeAfter(e);
      throw e;
    }
  }

  private static void add(
      ImmutableList.Builder<Source> sources,
      String kind,
      @Nullable ImageDataset images,
      int count,
      int first) {
    if (images != null && count > 0) {
      sources.add(new Source(kind, images.name(), count, first, first + images.size()));
    }
  }
}
