package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.reader.TableImages;
import dev.eman.datasets.table.ImageTable;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A user's own images, listed in a table with a column of images, a column of labels and, if there
 * is one, a column that says which part each belongs to. Paths are relative to the table's folder,
 * or to {@link DataDirectories#images}.
 */
public final class TableProvider implements DatasetProvider {
  private final Path file;
  private final Orientation orientation;
  private @Nullable ImmutableSet<Part> parts;
  private @Nullable TableImages images;
  private @Nullable Path root;

  /** A data set in a file that exists, whose photos are turned as their files say. */
  public TableProvider(Path file) {
    this(file, Orientation.EXIF);
  }

  private TableProvider(Path file, Orientation orientation) {
    this.file = file;
    this.orientation = orientation;
  }

  @Override
  public Orientation orientation() {
    return orientation;
  }

  @Override
  public TableProvider withOrientation(Orientation rule) {
    return rule == orientation ? this : new TableProvider(file, rule);
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public String description() {
    return "images in a table";
  }

  @Override
  public synchronized ImmutableSet<Part> parts() {
    ImmutableSet<Part> known = parts;
    if (known == null) {
      known = TableImages.parts(ImageTable.open(file));
      parts = known;
    }
    return known;
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
    TableImages found = images(directories);
    if (!found.parts().contains(part)) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected rows of the part %s, found %s; a column split with train, val, test or"
                  + " unlabeled says which part a row belongs to",
              file,
              part.label(),
              found.parts().isEmpty()
                  ? "none"
                  : found.parts().stream().map(Part::label).collect(Collectors.joining(", "))
                      + " only"));
    }
    return found.open(part).withOrientation(orientation);
  }

  /** Reads the table once, not for each part. */
  private synchronized TableImages images(DataDirectories directories) {
    Path here = directories.images().orElseGet(this::folder);
    TableImages known = images;
    if (known == null || !here.equals(root)) {
      known = TableImages.read(ImageTable.open(file), here);
      images = known;
      root = here;
    }
    return known;
  }

  private Path folder() {
    Path parent = file.getParent();
    return parent == null ? Path.of(".") : parent;
  }

  @Override
  public ImmutableList<Path> places(DataDirectories directories) {
    return images(directories).files();
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part);
  }
}
