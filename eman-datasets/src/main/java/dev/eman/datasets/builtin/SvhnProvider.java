package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.fetch.RemoteFile;
import dev.eman.datasets.reader.Svhn;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Digits of house numbers (Netzer et al., 2011). The extra images serve without labels, where they
 * are there.
 */
public final class SvhnProvider extends FolderBasedProvider {
  private static final String ADDRESS = "http://ufldl.stanford.edu/housenumbers/";

  /** For {@link java.util.ServiceLoader}. */
  public SvhnProvider() {
    super(
        new Facts(
            "svhn",
            "digits of house numbers, 32x32, with 531,131 extra ones to use without labels",
            ImmutableSet.of(Part.TRAIN, Part.TEST, Part.UNLABELED),
            ChannelStatistics.of(
                new double[] {0.4377, 0.4438, 0.4728}, new double[] {0.1980, 0.2010, 0.1970}),
            32));
  }

  @Override
  boolean holds(Path folder, Part part) {
    return Files.exists(folder.resolve(Svhn.fileName(part)));
  }

  @Override
  String expected(Part part) {
    return Svhn.fileName(part);
  }

  @Override
  String advice() {
    return "fetch it with ./eman data fetch svhn";
  }

  @Override
  ImageDataset openIn(Path folder, Part part, DataDirectories directories) {
    return Svhn.open(folder, part, directories.unpacked());
  }

  @Override
  public ImmutableList<RemoteFile> files() {
    return ImmutableList.of(
        file(Part.TRAIN, "e26dedcc434d2e4c54c9b2d4a06d8373"),
        file(Part.TEST, "eb5a983be6a315427106f1b164d9cef3"),
        file(Part.UNLABELED, "a93ce644f1a588dc4d68dda5feec44a7"));
  }

  private static RemoteFile file(Part part, String md5) {
    String name = Svhn.fileName(part);
    return new RemoteFile(
        URI.create(ADDRESS + name), name, "md5:" + md5, RemoteFile.UNKNOWN, RemoteFile.Unpack.NONE);
  }
}
