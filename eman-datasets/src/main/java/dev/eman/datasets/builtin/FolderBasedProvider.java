package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.fetch.RemoteFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A data set that is recognised by one of the files in its folder. */
abstract class FolderBasedProvider implements DatasetProvider {
  /** What describes a data set. */
  record Facts(
      String name,
      String description,
      ImmutableSet<Part> parts,
      ChannelStatistics statistics,
      int imageSize) {}

  private final Facts facts;

  FolderBasedProvider(Facts facts) {
    this.facts = facts;
  }

  /** Whether a folder holds a part. */
  abstract boolean holds(Path folder, Part part);

  /** What is looked for, for messages. */
  abstract String expected(Part part);

  /** What to do if it is missing. */
  abstract String advice();

  abstract ImageDataset openIn(Path folder, Part part, DataDirectories directories);

  @Override
  public String name() {
    return facts.name();
  }

  @Override
  public String description() {
    return facts.description();
  }

  @Override
  public ImmutableSet<Part> parts() {
    return facts.parts();
  }

  @Override
  public ChannelStatistics statistics() {
    return facts.statistics();
  }

  @Override
  public int imageSize() {
    return facts.imageSize();
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    requirePart(this, part);
    Predicate<Path> holds = folder -> holds(folder, part);
    Path folder =
        directories
            .find(name(), holds)
            .orElseThrow(() -> directories.missing(name(), expected(part), advice()));
    return openIn(folder, part, directories);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part)
        && directories.find(name(), folder -> holds(folder, part)).isPresent();
  }

  /** Refuses a part that is not published. */
  static void requirePart(DatasetProvider provider, Part part) {
    if (!provider.parts().contains(part)) {
      throw new DatasetException(
          provider.name()
              + ": expected part "
              + provider.parts().stream().map(Part::label).collect(Collectors.joining(" or "))
              + ", got "
              + part.label()
              + "; all of its images have labels");
    }
  }

  /** One published archive. */
  static ImmutableList<RemoteFile> archive(String address, String md5) {
    String file = address.substring(address.lastIndexOf('/') + 1);
    return ImmutableList.of(
        new RemoteFile(
            URI.create(address), file, "md5:" + md5, RemoteFile.UNKNOWN, RemoteFile.Unpack.TAR_GZ));
  }
}
