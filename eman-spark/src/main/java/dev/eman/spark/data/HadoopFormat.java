package dev.eman.spark.data;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetFormat;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.builtin.PackedProvider;
import dev.eman.datasets.packed.PackIndex;
import dev.eman.spark.internal.HadoopFiles;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A packed set at an address of one of Hadoop's file systems. */
public final class HadoopFormat implements DatasetFormat {
  /** For {@link java.util.ServiceLoader}. */
  public HadoopFormat() {}

  /** Paths of this machine are left to others. */
  @Override
  public Optional<DatasetProvider> at(java.nio.file.Path path) {
    return Optional.empty();
  }

  /**
   * {@inheritDoc}
   *
   * @throws DatasetException if the file system is not known, or does not answer
   */
  @Override
  public Optional<DatasetProvider> at(String address) {
    Configuration configuration = HadoopFiles.configuration();
    try {
      Path index = new Path(address, PackIndex.NAME);
      return index.getFileSystem(configuration).exists(index)
          ? Optional.of(
              new PackedProvider(address, () -> HadoopPackFiles.at(address, configuration)))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new DatasetException(
          address
              + ": expected packed images in a file system that Spark knows: "
              + HadoopFiles.reason(e),
          e);
    }
  }
}
