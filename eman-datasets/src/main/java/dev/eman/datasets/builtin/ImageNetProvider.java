package dev.eman.datasets.builtin;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.reader.ImageNet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Photos of a thousand classes (ILSVRC2012). */
public final class ImageNetProvider extends FolderBasedProvider {
  private final Orientation orientation;

  /** For {@link java.util.ServiceLoader}; photos are taken as stored, as in published recipes. */
  public ImageNetProvider() {
    this(Orientation.IGNORE);
  }

  private ImageNetProvider(Orientation orientation) {
    super(
        new Facts(
            "imagenet",
            "photos of 1,000 classes, 1.28 million to train on",
            ImmutableSet.of(Part.TRAIN, Part.TEST),
            ChannelStatistics.IMAGENET,
            224));
    this.orientation = orientation;
  }

  @Override
  public Orientation orientation() {
    return orientation;
  }

  @Override
  public ImageNetProvider withOrientation(Orientation rule) {
    return new ImageNetProvider(rule);
  }

  private static String files(Part part) {
    return part == Part.TRAIN ? "train" : "val";
  }

  /** The folders of images; archives have no files to be taken for other images. */
  @Override
  public ImmutableList<Path> places(DataDirectories directories) {
    return parts().stream()
        .flatMap(
            part ->
                directories.find(name(), folder -> holds(folder, part)).stream()
                    .map(folder -> folder.resolve(files(part))))
        .filter(Files::isDirectory)
        .collect(toImmutableList());
  }

  @Override
  boolean holds(Path folder, Part part) {
    String files = files(part);
    return Files.isDirectory(folder.resolve(files))
        || Files.exists(folder.resolve("ILSVRC2012_img_" + files + ".tar"));
  }

  @Override
  String expected(Part part) {
    return part == Part.TRAIN
        ? "train/<wnid>/*.JPEG or ILSVRC2012_img_train.tar"
        : "val/<wnid>/*.JPEG, val/*.JPEG or ILSVRC2012_img_val.tar";
  }

  @Override
  String advice() {
    return "put ImageNet there, or name its folder";
  }

  @Override
  ImageDataset openIn(Path folder, Part part, DataDirectories directories) {
    return ImageNet.open(folder, part, orientation, directories.indexes());
  }

  @Override
  public Optional<String> howToObtain() {
    return Optional.of(
        "register at image-net.org and download ILSVRC2012_img_train.tar, ILSVRC2012_img_val.tar"
            + " and the development kit; they need not be unpacked");
  }
}
