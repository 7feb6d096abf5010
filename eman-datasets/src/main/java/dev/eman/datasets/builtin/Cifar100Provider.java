package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.fetch.RemoteFile;
import dev.eman.datasets.reader.Cifar;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small photos of a hundred classes (Krizhevsky, 2009). */
public final class Cifar100Provider extends FolderBasedProvider {
  /** For {@link java.util.ServiceLoader}. */
  public Cifar100Provider() {
    super(
        new Facts(
            "cifar100",
            "small photos of 100 classes, 32x32",
            ImmutableSet.of(Part.TRAIN, Part.TEST),
            ChannelStatistics.of(
                new double[] {0.5071, 0.4865, 0.4409}, new double[] {0.2673, 0.2564, 0.2762}),
            32));
  }

  @Override
  boolean holds(Path folder, Part part) {
    String file = expected(part);
    return Files.exists(folder.resolve("cifar-100-binary").resolve(file))
        || Files.exists(folder.resolve(file));
  }

  @Override
  String expected(Part part) {
    return part.label() + ".bin";
  }

  @Override
  String advice() {
    return "fetch it with ./eman data fetch cifar100";
  }

  @Override
  ImageDataset openIn(Path folder, Part part, DataDirectories directories) {
    return Cifar.open100(folder, part);
  }

  @Override
  public ImmutableList<RemoteFile> files() {
    return archive(
        "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
        "03b5dce01913d631647c71ecec9e9cb8");
  }
}
