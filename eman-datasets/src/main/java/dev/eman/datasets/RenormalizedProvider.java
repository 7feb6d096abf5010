package dev.eman.datasets;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.fetch.RemoteFile;
import dev.eman.datasets.image.Orientation;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A data set whose images are normalised in another way, such as the one that a network was trained
 * with.
 *
 * @param of the data set
 * @param statistics to normalise by, of as many channels as the images have
 */
public record RenormalizedProvider(DatasetProvider of, ChannelStatistics statistics)
    implements DatasetProvider {
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
  public Orientation orientation() {
    return of.orientation();
  }

  @Override
  public DatasetProvider withOrientation(Orientation rule) {
    return new RenormalizedProvider(of.withOrientation(rule), statistics);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return of.isPresent(part, directories);
  }

  @Override
  public ImmutableList<String> notes() {
    return of.notes();
  }

  @Override
  public ImmutableList<Path> places(DataDirectories directories) {
    return of.places(directories);
  }

  @Override
  public ImmutableList<RemoteFile> files() {
    return of.files();
  }

  @Override
  public Optional<String> howToObtain() {
    return of.howToObtain();
  }
}
