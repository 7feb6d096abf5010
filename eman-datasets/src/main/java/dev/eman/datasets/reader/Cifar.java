package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import dev.eman.datasets.ClassNames;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.reader.RecordDataset.Layout;
import dev.eman.datasets.reader.RecordDataset.Segment;
import dev.eman.datasets.reader.RecordDataset.Shape;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** CIFAR-10 and CIFAR-100 in the binary version: 32x32 images in color. */
public final class Cifar {
  private static final Logger log = LoggerFactory.getLogger(Cifar.class);
  private static final Shape SHAPE = new Shape(32, 32, 3);

  /** Where CIFAR-10's archive puts its files. */
  private static final String FOLDER_10 = "cifar-10-batches-bin";

  private static final String FOLDER_100 = "cifar-100-binary";
  private static final int BATCHES = 5;

  private Cifar() {}

  /**
   * Opens CIFAR-10: {@code data_batch_1.bin} to {@code _5} to train on, as many as are there with a
   * warning when some are missing, {@code test_batch.bin} to test on.
   *
   * @param root the folder of these files, or the one above {@code cifar-10-batches-bin}
   * @throws DatasetException if no file is there, or one is truncated or has a wrong label
   */
  public static ImageDataset open10(Path root, Part part) {
    Path folder = folder(root, FOLDER_10);
    List<Path> files = new ArrayList<>();
    if (part == Part.TRAIN) {
      for (int i = 1; i <= BATCHES; i++) {
        Path file = folder.resolve("data_batch_" + i + ".bin");
        if (Files.exists(file)) {
          files.add(file);
        }
      }
      if (files.isEmpty()) {
        throw new DatasetException(
            "cifar10: expected data_batch_1.bin to data_batch_5.bin in "
                + folder
                + ", found none; check the path, or fetch the binary version");
      }
    } else {
      files.add(folder.resolve("test_batch.bin"));
    }
    ImmutableList<String> classes = classNames(folder.resolve("batches.meta.txt"), 10, CLASSES_10);
    ImageDataset images = open("cifar10", part, files, 1, classes);
    if (part == Part.TRAIN && files.size() < BATCHES) {
      log.warn(
          "cifar10: {} of {} training batches are in {}; going on with {} images",
          files.size(),
          BATCHES,
          folder,
          images.size());
    }
    return images;
  }

  /**
   * Opens CIFAR-100 with its 100 fine classes: {@code train.bin}, {@code test.bin} and, for names
   * instead of numbers, {@code fine_label_names.txt}.
   *
   * @param root the folder of these files, or the one above {@code cifar-100-binary}
   * @throws DatasetException if a file is missing, truncated or has a wrong label
   */
  public static ImageDataset open100(Path root, Part part) {
    Path folder = folder(root, FOLDER_100);
    ImmutableList.Builder<String> numbers = ImmutableList.builder();
    for (int i = 0; i < 100; i++) {
      numbers.add("class " + i);
    }
    ImmutableList<String> classes =
        classNames(folder.resolve("fine_label_names.txt"), 100, numbers.build());
    Path file = folder.resolve(part == Part.TRAIN ? "train.bin" : "test.bin");
    return open("cifar100", part, List.of(file), 2, classes);
  }

  private static final ImmutableList<String> CLASSES_10 =
      ImmutableList.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  /** Files of records that begin with labels, of which the last one counts. */
  private static ImageDataset open(
      String name, Part part, List<Path> files, int labelBytes, ImmutableList<String> classes) {
    if (part == Part.UNLABELED) {
      throw new DatasetException(
          name + ": expected part train or test, got unlabeled; all of its images have labels");
    }
    int stride = labelBytes + SHAPE.bytes();
    ImmutableList.Builder<Segment> segments = ImmutableList.builder();
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    for (Path file : files) {
      long length = RecordFiles.size(file);
      if (length == 0 || length % stride != 0) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s: expected a multiple of %d bytes, found %d; it is truncated or not the binary"
                    + " version, delete it and fetch it again",
                file,
                stride,
                length));
      }
      if (length > Integer.MAX_VALUE) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s: expected less than 2 GiB, found %d bytes; it is damaged, delete it and fetch"
                    + " it again",
                file,
                length));
      }
      ByteBuffer bytes = RecordFiles.map(file, 0, length);
      int count = (int) (length / stride);
      for (int i = 0; i < count; i++) {
        int label = bytes.get(i * stride + labelBytes - 1) & 0xff;
        if (label >= classes.size()) {
          throw RecordFiles.badLabel(file, i, label, 0, classes.size());
        }
        labels.write(label);
      }
      segments.add(new Segment(bytes, labelBytes, stride, count));
    }
    return new RecordDataset(
        name + "/" + part.label(),
        classes,
        SHAPE,
        Layout.PLANAR,
        segments.build(),
        labels.toByteArray());
  }

  private static Path folder(Path root, String below) {
    Path folder = root.resolve(below);
    return Files.isDirectory(folder) ? folder : root;
  }

  /** The names in a file, one a line, or others if there is no such file. */
  static ImmutableList<String> classNames(Path file, int count, ImmutableList<String> otherwise) {
    if (!Files.exists(file)) {
      return otherwise;
    }
    List<String> lines =
        RecordFiles.reading(file, () -> Files.readAllLines(file, StandardCharsets.UTF_8));
    ImmutableList<String> names =
        ImmutableList.copyOf(
            Iterables.transform(Iterables.filter(lines, l -> !l.isBlank()), String::strip));
    if (names.size() != count) {
      throw new DatasetException(
          String.format(Locale.ROOT, "%s: expected %d names, found %d", file, count, names.size()));
    }
    return ClassNames.check(names, file);
  }
}
