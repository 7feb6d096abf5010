package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.MatSamples.CELL;
import static dev.eman.datasets.reader.MatSamples.DOUBLE;
import static dev.eman.datasets.reader.MatSamples.DOUBLES;
import static dev.eman.datasets.reader.MatSamples.UINT16;
import static dev.eman.datasets.reader.MatSamples.UINT8;
import static dev.eman.datasets.reader.MatSamples.UNSIGNED_BYTES;
import static dev.eman.datasets.reader.RecordSamples.assertError;
import static dev.eman.datasets.reader.RecordSamples.bytes;
import static dev.eman.datasets.reader.RecordSamples.join;
import static dev.eman.datasets.reader.RecordSamples.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.reader.MatFile.Numbers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MatFileTest {
  private static final ImmutableIntArray SIZES = ImmutableIntArray.of(2, 5);
  private static final MatSamples MAT = new MatSamples(ByteOrder.LITTLE_ENDIAN);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("data.mat");
  }

  private Numbers read(byte[] content) throws IOException {
    Files.write(file, content);
    return MatFile.read(file, ImmutableSet.of("A")).get("A");
  }

  private static byte[] bytesOf(Numbers numbers) {
    assertTrue(numbers.values().isDirect(), "outside of the heap");
    byte[] bytes = new byte[numbers.values().remaining()];
    numbers.values().duplicate().get(bytes);
    return bytes;
  }

  private static byte[] array(int type, byte[] values) {
    return MAT.array("A", UNSIGNED_BYTES, SIZES, type, values);
  }

  @Test
  void read_bothOrdersPlainAndCompressed_sameNumbers() throws IOException {
    ImmutableIntArray padded = ImmutableIntArray.of(5, 1, 2); // 12 bytes in 16.
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (ImmutableIntArray sizes : List.of(SIZES, padded)) {
        MatSamples mat = new MatSamples(order);
        byte[] array = mat.array("A", UNSIGNED_BYTES, sizes, UINT8, values(10, 3));
        for (byte[] element : List.of(array, mat.compressed(array))) {
          Numbers numbers = read(mat.file(element));
          assertEquals(sizes, numbers.dimensions());
          assertArrayEquals(values(10, 3), bytesOf(numbers));
        }
      }
    }
  }

  @Test
  void read_othersAround_passesThemOver() throws IOException {
    byte[] cell = MAT.array("c", CELL, SIZES, UINT8, new byte[0]);
    byte[] other = MAT.array("other", DOUBLES, SIZES, DOUBLE, new byte[80]);
    byte[] content =
        MAT.file(cell, MAT.compressed(other), array(UINT8, values(10, 1)), MAT.compressed(cell));
    assertArrayEquals(values(10, 1), bytesOf(read(content)));
  }

  @Test
  void read_doublesAndShorts_wholeNumbersOnly() throws IOException {
    ByteBuffer doubles = MAT.buffer(80);
    ByteBuffer shorts = MAT.buffer(20);
    for (int i = 0; i < 10; i++) {
      doubles.putDouble(255 - i);
      shorts.putShort((short) i);
    }
    assertEquals(-10, read(MAT.file(array(DOUBLE, doubles.array()))).values().get(9));
    assertEquals(9, read(MAT.file(array(UINT16, shorts.array()))).values().get(9));
    for (double wrong : new double[] {0.5, -1, 256, Double.NaN}) {
      doubles.putDouble(8, wrong);
      assertError(
          () -> read(MAT.file(array(DOUBLE, doubles.array()))),
          file + ": expected whole numbers from 0 to 255 in the array A, found " + wrong);
    }
    shorts.putShort(18, (short) -1); // 65,535
    assertError(() -> read(MAT.file(array(UINT16, shorts.array()))), "at index 9");
  }

  @Test
  void read_moreThanABlock_allOfThem() throws IOException {
    ImmutableIntArray sizes = ImmutableIntArray.of(70_001, 3);
    byte[] values = values(210_003, 1);
    byte[] array = MAT.array("A", UNSIGNED_BYTES, sizes, UINT8, values);
    assertArrayEquals(values, bytesOf(read(MAT.file(MAT.compressed(array)))));
    ByteBuffer shorts = MAT.buffer(420_006);
    for (int i = 0; i < 210_003; i++) {
      shorts.putShort((short) (i == 200_000 ? 300 : values[i] & 0xff));
    }
    byte[] wide = MAT.array("A", UNSIGNED_BYTES, sizes, UINT16, shorts.array());
    assertError(() -> read(MAT.file(wide)), "found 300.0 at index 200000");
    shorts.putShort(400_000, (short) (values[200_000] & 0xff));
    byte[] right = MAT.array("A", UNSIGNED_BYTES, sizes, UINT16, shorts.array());
    assertArrayEquals(values, bytesOf(read(MAT.file(right))));
  }

  @Test
  void read_missingArrays_namesThem() throws IOException {
    Files.write(file, MAT.file(array(UINT8, values(10, 1))));
    assertError(
        () -> MatFile.read(file, ImmutableSet.of("A", "B")),
        file + ": expected numeric arrays named A and B, found only A");
    assertError(() -> read(MAT.file()), "found none of them");
  }

  @Test
  void read_otherFormats_saysWhich() {
    byte[] hdf5 =
        Strings.padEnd("MATLAB 7.3 MAT-file", 600, ' ').getBytes(StandardCharsets.US_ASCII);
    assertError(() -> read(hdf5), file.toString(), "version 7.3, which is HDF5", "-v7");
    assertError(() -> read(new byte[600]), file + ": expected a MATLAB file of level 5");
    assertError(() -> read(new byte[3]), "expected a MATLAB file of level 5");
  }

  @Test
  void read_truncatedAnywhere_errorThatNamesTheFile() throws IOException {
    byte[] plain = MAT.file(array(UINT8, values(10, 1)));
    byte[] compressed = MAT.file(MAT.compressed(array(UINT8, values(10, 1))));
    for (byte[] content : List.of(plain, compressed)) {
      for (int length = 0; length < content.length; length++) {
        byte[] some = Arrays.copyOf(content, length);
        assertError(() -> read(some), file.toString());
      }
    }
  }

  @Test
  void read_wrongChecksumOrMoreBehindTheArray_error() throws IOException {
    byte[] content = MAT.file(MAT.compressed(array(UINT8, values(10, 1))));
    content[content.length - 1] ^= 1;
    assertError(() -> read(content), file.toString(), "damaged");
    byte[] longer = join(array(UINT8, values(10, 1)), new byte[8]);
    assertError(() -> read(MAT.file(MAT.compressed(longer))), file.toString(), "found more");
  }

  /** Sizes that no such file can hold, one of them in a compressed array. */
  @Test
  void read_claimedSizes_refusedBeforeAllocation() throws IOException {
    for (int claimed : new int[] {1 << 30, -1}) {
      ByteBuffer array =
          ByteBuffer.wrap(array(UINT8, values(10, 1))).order(ByteOrder.LITTLE_ENDIAN);
      array.putInt(4, claimed);
      assertError(() -> read(MAT.file(array.array())), file.toString(), "truncated");
      assertError(
          () -> read(MAT.file(MAT.compressed(array.array()))),
          "expected a compressed array of at most");
    }
    byte[] sizes =
        MAT.array(
            "A", UNSIGNED_BYTES, ImmutableIntArray.of(1 << 20, 1 << 20), UINT8, values(10, 1));
    assertError(() -> read(MAT.file(sizes)), "sizes [1048576, 1048576]", "found 10 bytes");
  }

  @Test
  void read_twoOfOneNameOrComplex_error() {
    byte[] one = array(UINT8, values(10, 1));
    assertError(() -> read(MAT.file(one, one)), "one array of real numbers named A, found two");
    byte[] complex =
        MAT.array("A", UNSIGNED_BYTES | 0x800, SIZES, UINT8, bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    assertError(() -> read(MAT.file(complex)), "found complex numbers");
  }
}
