package dev.eman.datasets.reader;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.reader.MatFile.Numbers;
import dev.eman.datasets.reader.RecordDataset.Layout;
import dev.eman.datasets.reader.RecordDataset.Segment;
import dev.eman.datasets.reader.RecordDataset.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SVHN's cropped digits as distributed, in MATLAB files: 32x32 images in color, 73,257 to train on,
 * 26,032 to test on and 531,131 extra ones, which are easier. They are compressed in the files:
 * 225, 80 and 1,632 MB are unpacked once into a cache, and mapped from there.
 */
public final class Svhn {
  private static final Shape SHAPE = new Shape(32, 32, 3);
  private static final String IMAGES = "X";
  private static final String LABELS = "y";
  private static final ImmutableList<String> CLASSES =
      ImmutableList.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

  private Svhn() {}

  /** The file of a part. */
  public static String fileName(Part part) {
    return (part == Part.UNLABELED ? "extra" : part.label()) + "_32x32.mat";
  }

  /** Opens a part without a cache: it is held in memory, outside of the heap. */
  public static ImageDataset open(Path folder, Part part) {
    return open(folder, part, null);
  }

  /**
   * Opens a part: {@code train_32x32.mat}, {@code test_32x32.mat} or, as images without labels,
   * {@code extra_32x32.mat}.
   *
   * @param folder the folder of these files
   * @param cacheDirectory where to keep it unpacked, made if need be; null to hold it in memory
   * @throws DatasetException if the file is missing, damaged or has a wrong label
   */
  public static ImageDataset open(Path folder, Part part, @Nullable Path cacheDirectory) {
    Path file = folder.resolve(fileName(part));
    boolean labeled = part != Part.UNLABELED;
    ImmutableMap<String, Numbers> arrays =
        MatCache.read(
            file,
            labeled ? ImmutableSet.of(IMAGES, LABELS) : ImmutableSet.of(IMAGES),
            cacheDirectory);
    Numbers images = requireNonNull(arrays.get(IMAGES));
    int count = images.values().capacity() / SHAPE.bytes();
    ImmutableIntArray sizes = images.dimensions();
    // MATLAB leaves out the last dimension of a single image.
    if (count == 0
        || !sizes.subArray(0, Math.min(3, sizes.length())).equals(ImmutableIntArray.of(32, 32, 3))
        || sizes.length() > 4) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected images X of the sizes [32, 32, 3, N], found %s; it is another file",
              file,
              sizes));
    }
    byte[] labels =
        labeled ? labels(file, requireNonNull(arrays.get(LABELS)).values(), count) : new byte[0];
    Segment segment = new Segment(images.values(), 0, SHAPE.bytes(), count);
    return new RecordDataset(
        "svhn/" + part.label(),
        CLASSES,
        SHAPE,
        Layout.COLUMN_PLANAR,
        ImmutableList.of(segment),
        labels);
  }

  /** In the file 10 stands for the digit 0. */
  private static byte[] labels(Path file, ByteBuffer stored, int count) {
    if (stored.capacity() != count) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected %d labels y, one for each image, found %d; the file is damaged, fetch"
                  + " it again",
              file,
              count,
              stored.capacity()));
    }
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      int label = stored.get(i) & 0xff;
      if (label < 1 || label > CLASSES.size()) {
        throw RecordFiles.badLabel(file, i, label, 1, CLASSES.size());
      }
      labels[i] = (byte) (label % CLASSES.size());
    }
    return labels;
  }
}
