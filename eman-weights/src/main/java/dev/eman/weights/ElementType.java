package dev.eman.weights;

import java.nio.ByteBuffer;

/** The type of a tensor's elements in a file. */
public enum ElementType {
  /** IEEE 754, 32 bits. */
  F32(4),
  /** IEEE 754, 64 bits. */
  F64(8),
  /** IEEE 754, 16 bits. */
  F16(2),
  /** The upper half of an F32. */
  BF16(2),
  /** Signed, 64 bits. */
  I64(8),
  /** Signed, 32 bits. */
  I32(4),
  /** Signed, 16 bits. */
  I16(2),
  /** Signed, 8 bits. */
  I8(1),
  /** Unsigned, 8 bits. */
  U8(1),
  /** One byte, 0 or 1. */
  BOOL(1);

  private static final int HALF_EXPONENT = 0x1f;

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /**
   * Converts elements to floats, rounding if float32 is narrower.
   *
   * @param source read from its position on, little-endian; the position advances
   * @param target overwritten from index 0 on
   * @param count number of elements
   */
  void decode(ByteBuffer source, float[] target, int count) {
    switch (this) {
      case F32 -> {
        source.asFloatBuffer().get(target, 0, count);
        source.position(source.position() + count * bytes);
      }
      case F64 -> fill(target, count, () -> (float) source.getDouble());
      case F16 -> fill(target, count, () -> halfToFloat(source.getShort()));
      case BF16 -> fill(target, count, () -> Float.intBitsToFloat(source.getShort() << 16));
      case I64 -> fill(target, count, () -> (float) source.getLong());
      case I32 -> fill(target, count, () -> (float) source.getInt());
      case I16 -> fill(target, count, source::getShort);
      case I8 -> fill(target, count, source::get);
      case U8, BOOL -> fill(target, count, () -> source.get() & 0xff);
    }
  }

  private interface Next {
    float get();
  }

  private static void fill(float[] target, int count, Next next) {
    for (int i = 0; i < count; i++) {
      target[i] = next.get();
    }
  }

  private static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & HALF_EXPONENT;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float value = fraction * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    int wide = exponent == HALF_EXPONENT ? 0xff : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }
}
