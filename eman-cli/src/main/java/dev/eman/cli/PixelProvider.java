package dev.eman.cli;

import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;

/**
 * A data set whose images are normalised in another way.
 *
 * @param of the data set
 * @param statistics to normalise by
 */
record PixelProvider(DatasetProvider of, ChannelStatistics statistics) implements DatasetProvider {
  @Override
  public String name() {
    return of.name();
  }

  @Override
  public String description() {
    return of.description();
  }

  @Override
  public ImmutableSet<Part> parts() {
    return of.parts();
  }

  @Override
  public int imageSize() {
    return of.imageSize();
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    return of.open(part, directories);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return of.isPresent(part, directories);
  }
}
