package com.example;

import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;

/** Named in META-INF/services, so that {@code eman train --dataset shapes} finds it. */
public final class ShapesProvider implements DatasetProvider {
  @Override
  public String name() {
    return "shapes";
  }

  @Override
  public String description() {
    return "discs, squares and crosses, drawn by this program";
  }

  @Override
  public ImmutableSet<Part> parts() {
    return ImmutableSet.of(Part.TRAIN, Part.TEST);
  }

  @Override
  public ChannelStatistics statistics() {
    return ChannelStatistics.gray(0.33, 0.25);
  }

  @Override
  public int imageSize() {
    return Shapes.SIDE;
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    if (!parts().contains(part)) {
      throw new DatasetException("shapes: expected part train or test, got " + part.label());
    }
    return new Shapes(part);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part);
  }
}
