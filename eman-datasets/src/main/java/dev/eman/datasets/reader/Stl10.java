package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.reader.RecordDataset.Layout;
import dev.eman.datasets.reader.RecordDataset.Segment;
import dev.eman.datasets.reader.RecordDataset.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * STL-10 in the binary version: 96x96 images in color, 5,000 to train on, 8,000 to test on and
 * 100,000 without labels.
 */
public final class Stl10 {
  private static final Shape SHAPE = new Shape(96, 96, 3);
  private static final String FOLDER = "stl10_binary";
  private static final int MAPPED_AT_ONCE = 1 << 30;
  private static final ImmutableList<String> CLASSES =
      ImmutableList.of(
          "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck");

  private Stl10() {}

  /**
   * Opens a part: {@code train_X.bin} with {@code train_y.bin}, likewise {@code test}, or {@code
   * unlabeled_X.bin}.
   *
   * @param root the folder of these files, or the one above {@code stl10_binary}
   * @throws DatasetException if a file is missing, truncated or has a wrong label
   */
  public static ImageDataset open(Path root, Part part) {
    Path below = root.resolve(FOLDER);
    Path folder = Files.isDirectory(below) ? below : root;
    ImmutableList<String> classes =
        Cifar.classNames(folder.resolve("class_names.txt"), CLASSES.size(), CLASSES);
    Path images = folder.resolve(part.label() + "_X.bin");
    ImmutableList<Segment> segments = segments(images);
    int count = segments.stream().mapToInt(Segment::count).sum();
    byte[] labels =
        part == Part.UNLABELED
            ? new byte[0]
            : labels(folder.resolve(part.label() + "_y.bin"), count);
    return new RecordDataset(
        "stl10/" + part.label(), classes, SHAPE, Layout.COLUMN_PLANAR, segments, labels);
  }

  /** The unlabelled part is larger than one buffer can be. */
  private static ImmutableList<Segment> segments(Path file) {
    long length = RecordFiles.size(file);
    int stride = SHAPE.bytes();
    if (length == 0 || length % stride != 0) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected a multiple of %d bytes, found %d; it is truncated, delete it and fetch"
                  + " it again",
              file,
              stride,
              length));
    }
    int chunk = MAPPED_AT_ONCE - MAPPED_AT_ONCE % stride;
    ImmutableList.Builder<Segment> segments = ImmutableList.builder();
    for (long at = 0; at < length; at += chunk) {
      long here = Math.min(chunk, length - at);
      segments.add(new Segment(RecordFiles.map(file, at, here), 0, stride, (int) (here / stride)));
    }
    return segments.build();
  }

  /** In the file they count from 1. */
  private static byte[] labels(Path file, int count) {
    long length = RecordFiles.size(file);
    if (length != count) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected %d labels, one for each image, found %d; it is truncated or belongs to"
                  + " other images",
              file,
              count,
              length));
    }
    byte[] labels = RecordFiles.reading(file, () -> Files.readAllBytes(file));
    for (int i = 0; i < count; i++) {
      int label = labels[i] & 0xff;
      if (label < 1 || label > CLASSES.size()) {
        throw RecordFiles.badLabel(file, i, label, 1, CLASSES.size());
      }
      labels[i] = (byte) (label - 1);
    }
    return labels;
  }
}
