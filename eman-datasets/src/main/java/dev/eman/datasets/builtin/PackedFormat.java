package dev.eman.datasets.builtin;

import dev.eman.datasets.DatasetFormat;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.packed.PackIndex;
import dev.eman.datasets.reader.LocalPackFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A folder with packed images, as {@link PackIndex} describes. */
public final class PackedFormat implements DatasetFormat {
  /** For {@link java.util.ServiceLoader}. */
  public PackedFormat() {}

  @Override
  public Optional<DatasetProvider> at(Path path) {
    return Files.isRegularFile(path.resolve(PackIndex.NAME))
        ? Optional.of(new PackedProvider(path.toString(), () -> new LocalPackFiles(path)))
        : Optional.empty();
  }
}
