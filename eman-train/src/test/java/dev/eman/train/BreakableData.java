package dev.eman.train;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.ArrayList;
import java.util.List;

/** A small data set whose parts remember whether they are open, and which fails when told to. */
public final class BreakableData implements DatasetProvider {
  static final String NAME = "breakable";

  /** What goes wrong. */
  enum Fault {
    NOTHING,
    TRAINING_IMAGES_MISSING,
    TEST_IMAGES_MISSING,
    OUT_OF_MEMORY,
    ANOTHER_NUMBER_OF_CHANNELS,
    OTHER_TEST_IMAGES,
    TEST_IMAGE_CORRUPT,
    CLOSING_FAILS
  }

  static Fault fault = Fault.NOTHING;
  static final List<String> OPEN = new ArrayList<>();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "for tests";
  }

  @Override
  public ImmutableSet<Part> parts() {
    return ImmutableSet.of(Part.TRAIN, Part.TEST);
  }

  @Override
  public ChannelStatistics statistics() {
    return fault == Fault.ANOTHER_NUMBER_OF_CHANNELS
        ? ChannelStatistics.IMAGENET
        : ChannelStatistics.gray(0.5, 0.25);
  }

  @Override
  public int imageSize() {
    return 8;
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    if (fault == Fault.TRAINING_IMAGES_MISSING && part == Part.TRAIN
        || fault == Fault.TEST_IMAGES_MISSING && part == Part.TEST) {
      throw new EmanException("no images of " + part);
    }
    if (fault == Fault.OUT_OF_MEMORY && part == Part.TEST) {
      throw new OutOfMemoryError("for the test images");
    }
    OPEN.add(part.toString());
    return new Images(part);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part);
  }

  private record Images(Part part) implements ImageDataset {
    @Override
    public String name() {
      return NAME + "/" + part;
    }

    @Override
    public int size() {
      return 40;
    }

    @Override
    public ImmutableList<String> classNames() {
      return ImmutableList.of("dark", "bright");
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public String imageName(int index) {
      return name() + "/" + index;
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      if (fault == Fault.TEST_IMAGE_CORRUPT && part == Part.TEST && index == 7) {
        throw new CorruptImageException(imageName(index) + ": cannot be decoded");
      }
      into.reset(8, 8, 1);
      for (int i = 0; i < 64; i++) {
        into.pixels()[i] = (byte) (index % 2 == 0 ? i : 255 - i);
      }
    }

    @Override
    public String fingerprint() {
      return fault == Fault.OTHER_TEST_IMAGES && part == Part.TEST ? "others" : part.toString();
    }

    @Override
    public void close() {
      OPEN.remove(part.toString());
      if (fault == Fault.CLOSING_FAILS) {
        throw new EmanException("cannot close " + part);
      }
    }
  }
}
