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
import java.util.stream.IntStream;

/** Small photos of ten classes (Krizhevsky, 2009). */
public final class Cifar10Provider extends FolderBasedProvider {
  /** For {@link java.util.ServiceLoader}. */
  public Cifar10Provider() {
    super(
        new Facts(
            "cifar10",
            "small photos of 10 classes, 32x32",
            ImmutableSet.of(Part.TRAIN, Part.TEST),
            ChannelStatistics.of(
                new double[] {0.4914, 0.4822, 0.4465}, new double[] {0.2470, 0.2435, 0.2616}),
            32));
  }

  @Override
  boolean holds(Path folder, Part part) {
    return hasBatch(folder.resolve("cifar-10-batches-bin"), part) || hasBatch(folder, part);
  }

  private static boolean hasBatch(Path folder, Part part) {
    if (part == Part.TEST) {
      return Files.exists(folder.resolve("test_batch.bin"));
    }
    return IntStream.rangeClosed(1, 5)
        .anyMatch(i -> Files.exists(folder.resolve("data_batch_" + i + ".bin")));
  }

  @Override
  String expected(Part part) {
    return part == Part.TRAIN ? "data_batch_1.bin to data_batch_5.bin" : "test_batch.bin";
  }

  @Override
  String advice() {
    return "fetch it with ./eman data fetch cifar10";
  }

  @Override
  ImageDataset openIn(Path folder, Part part, DataDirectories directories) {
    return Cifar.open10(folder, part);
  }

  @Override
  public ImmutableList<RemoteFile> files() {
    return archive(
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        "c32a1d4ab5d03f1284b67883e8d87530");
  }
}
