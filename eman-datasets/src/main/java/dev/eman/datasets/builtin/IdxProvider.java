package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.fetch.RemoteFile;
import dev.eman.datasets.reader.IdxDataset;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** A data set in the files of MNIST: 60,000 and 10,000 gray images of 28x28. */
abstract class IdxProvider implements DatasetProvider {
  private static final ImmutableList<String> FILES =
      ImmutableList.of(
          "train-images-idx3-ubyte",
          "train-labels-idx1-ubyte",
          "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte");

  private final String name;
  private final String description;
  private final ImmutableList<String> classes;
  private final ChannelStatistics statistics;
  private final String address;
  private final ImmutableList<String> checksums;

  /**
   * A data set.
   *
   * @param address of the folder with the compressed files
   * @param checksums MD5 of the training images, their labels, the test images, theirs
   */
  IdxProvider(
      String name,
      String description,
      ImmutableList<String> classes,
      ChannelStatistics statistics,
      String address,
      ImmutableList<String> checksums) {
    this.name = name;
    this.description = description;
    this.classes = classes;
    this.statistics = statistics;
    this.address = address;
    this.checksums = checksums;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public ImmutableSet<Part> parts() {
    return ImmutableSet.of(Part.TRAIN, Part.TEST);
  }

  @Override
  public ChannelStatistics statistics() {
    return statistics;
  }

  @Override
  public int imageSize() {
    return 28;
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    FolderBasedProvider.requirePart(this, part);
    String images = imagesFile(part);
    Path folder =
        directories
            .find(name, candidate -> holds(candidate, images))
            .orElseThrow(
                () ->
                    directories.missing(
                        name, images + " (or .gz)", "fetch it with ./eman data fetch " + name));
    return IdxDataset.open(
        file(folder, images), file(folder, labelsFile(part)), name + "/" + part.label(), classes);
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return parts().contains(part)
        && directories.find(name, folder -> holds(folder, imagesFile(part))).isPresent();
  }

  @Override
  public ImmutableList<RemoteFile> files() {
    ImmutableList.Builder<RemoteFile> files = ImmutableList.builder();
    for (int i = 0; i < FILES.size(); i++) {
      String file = FILES.get(i) + ".gz";
      files.add(
          new RemoteFile(
              URI.create(address + file),
              file,
              "md5:" + checksums.get(i),
              RemoteFile.UNKNOWN,
              RemoteFile.Unpack.NONE));
    }
    return files.build();
  }

  private static boolean holds(Path folder, String file) {
    return Files.exists(file(folder, file));
  }

  private static String imagesFile(Part part) {
    return FILES.get(part == Part.TRAIN ? 0 : 2);
  }

  private static String labelsFile(Part part) {
    return FILES.get(part == Part.TRAIN ? 1 : 3);
  }

  private static Path file(Path folder, String name) {
    Path plain = folder.resolve(name);
    return Files.exists(plain) ? plain : folder.resolve(name + ".gz");
  }
}
