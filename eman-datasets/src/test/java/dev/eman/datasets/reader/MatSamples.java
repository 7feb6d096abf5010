package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.RecordSamples.join;

import com.google.common.base.Strings;
import com.google.common.primitives.ImmutableIntArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;

/** MATLAB files for tests, written element by element as the format's description has it. */
final class MatSamples {
  /** Classes of arrays. */
  static final int CELL = 1;

  static final int DOUBLES = 6;
  static final int UNSIGNED_BYTES = 9;

  /** Types of values. */
  static final int INT8 = 1;

  static final int UINT8 = 2;
  static final int UINT16 = 4;
  static final int INT32 = 5;
  static final int UINT32 = 6;
  static final int DOUBLE = 9;
  static final int MATRIX = 14;
  static final int COMPRESSED = 15;

  private final ByteOrder order;

  MatSamples(ByteOrder order) {
    this.order = order;
  }

  /** What SVHN's files have. */
  byte[] svhn(byte[] images, byte... labels) throws IOException {
    ImmutableIntArray sizes = ImmutableIntArray.of(32, 32, 3, images.length / 3072);
    return file(
        compressed(array("X", UNSIGNED_BYTES, sizes, UINT8, images)),
        compressed(array("y", DOUBLES, ImmutableIntArray.of(labels.length, 1), UINT8, labels)));
  }

  byte[] file(byte[]... elements) {
    byte[] text =
        Strings.padEnd("MATLAB 5.0 MAT-file", 116, ' ').getBytes(StandardCharsets.US_ASCII);
    ByteBuffer end = buffer(12).putLong(0).putShort((short) 0x100).putShort((short) 0x4d49);
    return join(text, end.array(), join(elements));
  }

  byte[] array(String name, int kind, ImmutableIntArray sizes, int type, byte[] values) {
    ByteBuffer dimensions = buffer(4 * sizes.length());
    sizes.forEach(dimensions::putInt);
    return element(
        MATRIX,
        join(
            element(UINT32, buffer(8).putInt(kind).putInt(0).array()),
            element(INT32, dimensions.array()),
            element(INT8, name.getBytes(StandardCharsets.US_ASCII)),
            element(type, values)));
  }

  byte[] compressed(byte[] element) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(element);
    }
    return join(buffer(8).putInt(COMPRESSED).putInt(bytes.size()).array(), bytes.toByteArray());
  }

  /** Up to 4 bytes with their tag in 8, more behind it in multiples of 8. */
  private byte[] element(int type, byte[] value) {
    if (value.length > 0 && value.length <= 4) {
      return buffer(8).putInt(value.length << 16 | type).put(value).array();
    }
    int padded = (value.length + 7) / 8 * 8;
    return buffer(8 + padded).putInt(type).putInt(value.length).put(value).array();
  }

  ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(order);
  }
}
