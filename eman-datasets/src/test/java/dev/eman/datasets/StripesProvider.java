package dev.eman.datasets;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.Objects;

/** A data set as another jar would bring it: stripes across or down. */
public final class StripesProvider implements DatasetProvider {
  private static final int SIDE = 8;

  @Override
  public String name() {
    return "stripes";
  }

  @Override
  public String description() {
    return "stripes across and down";
  }

  @Override
  public ImmutableSet<Part> parts() {
    return ImmutableSet.of(Part.TRAIN, Part.TEST);
  }

  @Override
  public ChannelStatistics statistics() {
    return ChannelStatistics.gray(0.5, 0.5);
  }

  @Override
  public int imageSize() {
    return SIDE;
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    if (!parts().contains(part)) {
      throw new DatasetException("stripes: expected part train or test, got " + part.label());
    }
    return new Stripes(part);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part);
  }

  private record Stripes(Part part) implements ImageDataset {
    @Override
    public String name() {
      return "stripes/" + part.label();
    }

    @Override
    public int size() {
      return part == Part.TRAIN ? 20 : 10;
    }

    @Override
    public ImmutableList<String> classNames() {
      return ImmutableList.of("across", "down");
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int label(int index) {
      return Objects.checkIndex(index, size()) % 2;
    }

    @Override
    public String imageName(int index) {
      return name() + "#" + index;
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      int label = label(index);
      into.reset(SIDE, SIDE, 1);
      for (int i = 0; i < SIDE * SIDE; i++) {
        int place = label == 0 ? i / SIDE : i % SIDE;
        into.pixels()[i] = (byte) (place % 2 == 0 ? 255 - index : index);
      }
    }

    @Override
    public String fingerprint() {
      return name() + " 1";
    }
  }
}
