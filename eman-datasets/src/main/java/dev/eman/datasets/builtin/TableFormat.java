package dev.eman.datasets.builtin;

import dev.eman.datasets.DatasetFormat;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.table.ImageTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A table of images and labels, as {@link TableProvider} describes. */
public final class TableFormat implements DatasetFormat {
  /** For {@link java.util.ServiceLoader}. */
  public TableFormat() {}

  @Override
  public Optional<DatasetProvider> at(Path path) {
    return ImageTable.isTable(path) && Files.isRegularFile(path)
        ? Optional.of(new TableProvider(path))
        : Optional.empty();
  }
}
