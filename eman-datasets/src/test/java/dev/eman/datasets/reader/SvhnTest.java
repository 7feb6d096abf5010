package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ImageFolderTest.assertSameFromFourThreads;
import static dev.eman.datasets.reader.ImageFolderTest.labels;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static dev.eman.datasets.reader.RecordSamples.assertError;
import static dev.eman.datasets.reader.RecordSamples.assertPlanes;
import static dev.eman.datasets.reader.RecordSamples.bytes;
import static dev.eman.datasets.reader.RecordSamples.join;
import static dev.eman.datasets.reader.RecordSamples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;

final class SvhnTest {
  private static final int SIDE = 32;
  private static final int IMAGE = 3 * SIDE * SIDE;
  private static final MatSamples MAT = new MatSamples(ByteOrder.LITTLE_ENDIAN);

  @TempDir Path folder;

  @Test
  void open_train_columnsAndTenForZero() throws Exception {
    write(
        folder,
        "train_32x32.mat",
        MAT.svhn(join(values(IMAGE, 1), values(IMAGE, 2), values(IMAGE, 3)), bytes(10, 1, 9)));
    ImageDataset data = Svhn.open(folder, Part.TRAIN);
    assertEquals("svhn/train", data.name());
    assertEquals(3, data.channels());
    assertEquals(List.of(0, 1, 9), labels(data));
    assertEquals("0", data.classNames().get(0));
    for (int i = 0; i < 3; i++) {
      assertPlanes(values(IMAGE, i + 1), data.image(i), SIDE, true);
    }
    assertSameFromFourThreads(data);
  }

  @Test
  void open_extra_noLabels() throws IOException {
    write(
        folder,
        "extra_32x32.mat",
        MAT.svhn(join(values(IMAGE, 4), values(IMAGE, 5)), bytes(77, 78)));
    ImageDataset data = Svhn.open(folder, Part.UNLABELED);
    assertEquals("svhn/unlabeled", data.name());
    assertEquals(List.of(ImageDataset.UNLABELED, ImageDataset.UNLABELED), labels(data));
    assertPlanes(values(IMAGE, 5), data.image(1), SIDE, true);
  }

  /** Another program's file of the array X(row, column, channel, image) with known values. */
  @Test
  void open_writtenByMfl_pixelsAreWhereTheirIndicesSay() throws IOException {
    Matrix images = Mat5.newMatrix(new int[] {SIDE, SIDE, 3, 2}, MatlabType.UInt8);
    Matrix labels = Mat5.newMatrix(2, 1, MatlabType.Double);
    for (int n = 0; n < 2; n++) {
      labels.setDouble(n, 0, 10 - n);
      for (int c = 0; c < 3; c++) {
        for (int row = 0; row < SIDE; row++) {
          for (int column = 0; column < SIDE; column++) {
            images.setInt(new int[] {row, column, c, n}, pixel(row, column, c, n));
          }
        }
      }
    }
    try (var file = Mat5.newMatFile().addArray("X", images).addArray("y", labels)) {
      Mat5.writeToFile(file, folder.resolve("test_32x32.mat").toFile());
    }
    ImageDataset data = Svhn.open(folder, Part.TEST);
    assertEquals(List.of(0, 9), labels(data));
    for (int c = 0; c < 3; c++) {
      assertEquals(pixel(0, 31, c, 1), data.image(1).get(31, 0, c));
      assertEquals(pixel(20, 3, c, 0), data.image(0).get(3, 20, c));
    }
  }

  private static int pixel(int row, int column, int channel, int image) {
    return (7 * row + 3 * column + 50 * channel + 101 * image) % 256;
  }

  @Test
  void open_otherSizesOrLabels_error() throws IOException {
    write(folder, "train_32x32.mat", MAT.svhn(values(IMAGE, 1), bytes(3, 4)));
    assertError(
        () -> Svhn.open(folder, Part.TRAIN), "train_32x32.mat: expected 1 labels y", "found 2");
    for (int label : new int[] {0, 11}) {
      write(
          folder,
          "train_32x32.mat",
          MAT.svhn(join(values(IMAGE, 1), values(IMAGE, 2)), bytes(3, label)));
      assertError(
          () -> Svhn.open(folder, Part.TRAIN),
          "train_32x32.mat: expected labels 1 to 10, found " + label + " at image 1");
    }
    byte[] wrong =
        MAT.array(
            "X",
            MatSamples.UNSIGNED_BYTES,
            ImmutableIntArray.of(16, 64, 3),
            MatSamples.UINT8,
            values(IMAGE, 1));
    write(folder, "extra_32x32.mat", MAT.file(wrong));
    assertError(
        () -> Svhn.open(folder, Part.UNLABELED),
        "extra_32x32.mat: expected images X of the sizes [32, 32, 3, N], found [16, 64, 3]");
    assertError(() -> Svhn.open(folder, Part.TEST), "test_32x32.mat, found nothing");
  }
}
