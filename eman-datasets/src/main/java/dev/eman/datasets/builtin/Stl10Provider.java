package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.fetch.RemoteFile;
import dev.eman.datasets.reader.Stl10;
import java.nio.file.Files;
import java.nio.file.Path;

/** Photos of ten classes, most of them without labels (Coates et al., 2011). */
public final class Stl10Provider extends FolderBasedProvider {
  /** For {@link java.util.ServiceLoader}. */
  public Stl10Provider() {
    super(
        new Facts(
            "stl10",
            "photos of 10 classes, 96x96, with 100,000 unlabelled ones",
            ImmutableSet.of(Part.TRAIN, Part.TEST, Part.UNLABELED),
            ChannelStatistics.of(
                new double[] {0.4467, 0.4398, 0.4066}, new double[] {0.2603, 0.2566, 0.2713}),
            96));
  }

  @Override
  boolean holds(Path folder, Part part) {
    String file = expected(part);
    return Files.exists(folder.resolve("stl10_binary").resolve(file))
        || Files.exists(folder.resolve(file));
  }

  @Override
  String expected(Part part) {
    return part.label() + "_X.bin";
  }

  @Override
  String advice() {
    return "fetch it with ./eman data fetch stl10";
  }

  @Override
  ImageDataset openIn(Path folder, Part part, DataDirectories directories) {
    return Stl10.open(folder, part);
  }

  @Override
  public ImmutableList<RemoteFile> files() {
    return archive(
        "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
        "91f7769df0f17e558f3565bffb0c7dfb");
  }
}
