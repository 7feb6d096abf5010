package dev.eman.datasets.builtin;

import dev.eman.datasets.DatasetFormat;
import dev.eman.datasets.DatasetProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Any folder, as {@link FolderProvider} describes. */
public final class FolderFormat implements DatasetFormat {
  /** For {@link java.util.ServiceLoader}. */
  public FolderFormat() {}

  @Override
  public Optional<DatasetProvider> at(Path path) {
    return Files.isDirectory(path) ? Optional.of(new FolderProvider(path)) : Optional.empty();
  }
}
