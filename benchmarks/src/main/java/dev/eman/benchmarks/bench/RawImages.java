package dev.eman.benchmarks.bench;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Pixels {@code [N, H, W, C]} in a file, which both sides of a benchmark read. */
final class RawImages implements ImageDataset {
  private static final int MOST = 10_000;

  private final byte[] pixels;
  private final int[] shape;

  private RawImages(byte[] pixels, int[] shape) {
    this.pixels = pixels;
    this.shape = shape;
  }

  @Override
  public String name() {
    return "raw";
  }

  @Override
  public int size() {
    return shape[0];
  }

  @Override
  public ImmutableList<String> classNames() {
    return ImmutableList.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
  }

  @Override
  public int channels() {
    return shape[3];
  }

  @Override
  public int label(int index) {
    return index % 10; // Any label will do for timing.
  }

  @Override
  public String imageName(int index) {
    return "raw#" + index;
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    into.reset(shape[2], shape[1], shape[3]);
    int length = into.length();
    System.arraycopy(pixels, index * length, into.pixels(), 0, length);
  }

  @Override
  public String fingerprint() {
    return "raw";
  }

  /** Opens a file of a known shape. */
  static RawImages read(Path file, int[] shape) throws IOException {
    return new RawImages(Files.readAllBytes(file), shape);
  }

  /** CIFAR-10 if it is found, else the data set that comes with the program. */
  static ImageDataset small(@Nullable Path data) {
    DataDirectories directories = DataDirectories.of(data);
    DatasetProvider cifar = Datasets.named("cifar10");
    return cifar.isPresent(Part.TRAIN, directories)
        ? cifar.open(Part.TRAIN, directories)
        : Datasets.named("fashion-mnist-mini").open(Part.TRAIN, directories);
  }

  /** Writes images of one size. Returns the shape {@code N,H,W,C}. */
  static String write(ImageDataset from, Path raw) throws IOException {
    Image image = new Image();
    int count = Math.min(MOST, from.size());
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(raw))) {
      for (int i = 0; i < count; i++) {
        from.read(i, image);
        out.write(image.pixels(), 0, image.length());
      }
    }
    return count + "," + image.height() + "," + image.width() + "," + image.channels();
  }
}
