package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.packed.PackFiles;
import dev.eman.datasets.reader.PackedSet;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A packed set of a user's own images, on this machine or elsewhere. */
public final class PackedProvider implements DatasetProvider {
  private final String place;
  private final PackFiles.Opener files;
  private final Orientation orientation;
  private @Nullable PackedSet set;

  /**
   * A set that exists, whose photos are turned as their files say.
   *
   * @param place path or address, which is its name
   * @param files opens its files
   */
  public PackedProvider(String place, PackFiles.Opener files) {
    this(place, files, Orientation.EXIF);
  }

  private PackedProvider(String place, PackFiles.Opener files, Orientation orientation) {
    this.place = place;
    this.files = files;
    this.orientation = orientation;
  }

  @Override
  public Orientation orientation() {
    return orientation;
  }

  @Override
  public PackedProvider withOrientation(Orientation rule) {
    return rule == orientation ? this : new PackedProvider(place, files, rule);
  }

  @Override
  public String name() {
    return place;
  }

  @Override
  public String description() {
    return "packed images";
  }

  @Override
  public ImmutableSet<Part> parts() {
    return set().parts();
  }

  @Override
  public ChannelStatistics statistics() {
    return ChannelStatistics.IMAGENET;
  }

  @Override
  public int imageSize() {
    return FolderProvider.USUAL_SIZE;
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    PackedSet found = set();
    if (!found.parts().contains(part)) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected images of the part %s, found %s only; a column split with train, val,"
                  + " test or unlabeled says which part an image belongs to",
              place,
              part.label(),
              found.parts().stream().map(Part::label).collect(Collectors.joining(", "))));
    }
    return found.open(part).withOrientation(orientation);
  }

  /** Reads the index once, not for each part. */
  private synchronized PackedSet set() {
    PackedSet known = set;
    if (known == null) {
      known = PackedSet.read(files);
      set = known;
    }
    return known;
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part);
  }
}
