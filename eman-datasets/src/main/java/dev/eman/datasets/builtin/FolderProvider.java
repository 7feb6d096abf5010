package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.reader.ImageFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * A user's own images: {@code train} with a folder for each class, {@code test} or {@code val} with
 * the same folders, and {@code unlabeled} with images in it or in any folders below it, whose names
 * mean nothing. A folder without any of these holds the classes itself and is a training set.
 */
public final class FolderProvider implements DatasetProvider {
  private static final int USUAL_SIZE = 224;

  private final Path root;
  private final ImmutableMap<Part, Path> folders;

  /** A data set in a folder that exists. */
  public FolderProvider(Path root) {
    this.root = root;
    Map<Part, Path> found = new EnumMap<>(Part.class);
    put(found, Part.TRAIN, "train");
    put(found, Part.TEST, "val");
    put(found, Part.TEST, "test");
    put(found, Part.UNLABELED, "unlabeled");
    folders = found.isEmpty() ? ImmutableMap.of(Part.TRAIN, root) : ImmutableMap.copyOf(found);
  }

  private void put(Map<Part, Path> found, Part part, String name) {
    Path folder = root.resolve(name);
    if (Files.isDirectory(folder)) {
      found.put(part, folder);
    }
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
    return folders.keySet();
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
    Path folder = folders.get(part);
    if (folder == null) {
      throw new DatasetException(
          String.format(
              "%s: expected a folder %s in it, found %s only",
              root, part == Part.TEST ? "test or val" : part.label(), folders.values()));
    }
    return part == Part.UNLABELED
        ? ImageFolder.openUnlabeled(folder, folder.toString(), directories.indexes())
        : ImageFolder.open(folder, folder.toString(), directories.indexes());
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return folders.containsKey(part);
  }
}
