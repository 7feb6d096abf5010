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
import dev.eman.datasets.reader.ImageFolder;
import dev.eman.datasets.table.TablePart;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A user's own images: {@code train} with a folder for each class, a test set with the same folders
 * ({@code test}, else {@code val}, {@code valid} or {@code validation}), and {@code unlabeled} with
 * images in it or in any folders below it, whose names mean nothing. Without {@code train}, the
 * other folders are the classes of a training set. Images without class folders have no labels.
 * Capitals do not matter, and {@code training}, {@code testing} and {@code unlabelled} mean the
 * same; a note says so.
 */
public final class FolderProvider implements DatasetProvider {
  static final int USUAL_SIZE = 224;

  private final Path root;
  private final FolderLayout layout;

  private final Orientation orientation;

  /** A data set in a folder that exists, whose photos are turned as their files say. */
  public FolderProvider(Path root) {
    this(root, FolderLayout.of(root), Orientation.EXIF);
  }

  private FolderProvider(Path root, FolderLayout layout, Orientation orientation) {
    this.root = root;
    this.layout = layout;
    this.orientation = orientation;
  }

  /**
   * The folders in the root that are called like a part, where the root itself is one: their images
   * are none of its part.
   */
  ImmutableSet<String> leftOut() {
    return layout.others();
  }

  /** The same data set with the images of {@link #leftOut}. */
  FolderProvider whole() {
    return new FolderProvider(root, layout.whole(), orientation);
  }

  @Override
  public Orientation orientation() {
    return orientation;
  }

  @Override
  public FolderProvider withOrientation(Orientation rule) {
    return rule == orientation ? this : new FolderProvider(root, layout, rule);
  }

  @Override
  public String name() {
    return root.toString();
  }

  @Override
  public String description() {
    return "images in folders";
  }

  @Override
  public ImmutableSet<Part> parts() {
    return layout.folders().keySet();
  }

  @Override
  public ChannelStatistics statistics() {
    return ChannelStatistics.IMAGENET;
  }

  @Override
  public int imageSize() {
    return USUAL_SIZE;
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    Path folder = layout.folders().get(part);
    if (folder == null) {
      throw missing(part);
    }
    String name = folder.toString();
    ImmutableSet<String> others = folder.equals(root) ? layout.others() : ImmutableSet.of();
    ImageFolder images =
        switch (part) {
          case UNLABELED -> ImageFolder.openUnlabeled(folder, name, others, directories.indexes());
          case TRAIN -> ImageFolder.open(folder, name, others, directories.indexes());
          case TEST -> ImageFolder.open(folder, name, directories.indexes());
        };
    return images.withOrientation(orientation);
  }

  private DatasetException missing(Part part) {
    Path unlabeled = layout.folders().get(Part.UNLABELED);
    if (part == Part.TRAIN && unlabeled != null && !isUnlabeled(unlabeled)) {
      return new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected a folder for each class in it or in a folder train, found images"
                  + " without labels in %s; put the images of each class into a folder of its"
                  + " name, or label some of them by a table: --labels-file FILE.csv",
              root,
              unlabeled));
    }
    return new DatasetException(
        String.format(
            Locale.ROOT,
            "%s: expected a folder %s in it, found %s only",
            root,
            part == Part.TEST ? "test or val" : part.label(),
            layout.folders().values()));
  }

  /** Whether a folder is there for images without labels, not for those of a training set. */
  private boolean isUnlabeled(Path folder) {
    return !folder.equals(root)
        && TablePart.named(String.valueOf(folder.getFileName()))
            .filter(TablePart.UNLABELED::equals)
            .isPresent();
  }

  @Override
  public ImmutableList<String> notes() {
    return ImmutableList.<String>builder()
        .addAll(layout.notes())
        .addAll(layout.otherNotes())
        .build();
  }

  @Override
  public ImmutableList<Path> places(DataDirectories directories) {
    return layout.folders().values().asList();
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return layout.folders().containsKey(part);
  }
}
