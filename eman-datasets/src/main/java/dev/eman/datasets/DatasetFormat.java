package dev.eman.datasets;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A way to keep a data set that is opened by its path, not by a name, such as a folder of images. A
 * jar on the class path adds one by a public class with a constructor without arguments, named in
 * {@code META-INF/services/dev.eman.datasets.DatasetFormat}.
 */
public interface DatasetFormat {
  /**
   * The data set at a path.
   *
   * @param path of a folder or file, which may not exist
   * @return empty if there is nothing of this format
   */
  Optional<DatasetProvider> at(Path path);

  /**
   * The data set at an address of another file system, such as {@code hdfs://host/photos}; none by
   * default.
   *
   * @param address for which {@link Datasets#isAddress} holds
   * @return empty if there is nothing of this format, or this file system is not known
   */
  default Optional<DatasetProvider> at(String address) {
    return Optional.empty();
  }
}
