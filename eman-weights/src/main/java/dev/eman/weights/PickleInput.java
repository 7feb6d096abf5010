package dev.eman.weights;

import com.google.common.primitives.Longs;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The operands of a pickle's instructions. All methods throw when the bytes end too early. */
final class PickleInput {
  private static final int MOST_DIGITS = 256;

  private final ByteBuffer in;

  /**
   * Of a buffer.
   *
   * @param in read from its position on, which advances
   */
  PickleInput(ByteBuffer in) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  int unsignedByte() {
    return in.get() & 0xff;
  }

  int unsignedShort() {
    return in.getShort() & 0xffff;
  }

  int signedInt() {
    return in.getInt();
  }

  long unsignedInt() {
    return in.getInt() & 0xffffffffL;
  }

  long signedLong() {
    return in.getLong();
  }

  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(in.getLong()));
  }

  byte[] bytes(long length) throws PickleException {
    if (length < 0 || length > in.remaining()) {
      throw new PickleException(
          "it claims " + length + " bytes where " + in.remaining() + " are left");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  String text(long length) throws PickleException {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  /**
   * The text up to the end of a line.
   *
   * @throws BufferUnderflowException without one
   */
  String line() {
    int from = in.position();
    while (in.get() != '\n') {
      // Until the end of the line, or of the buffer, which throws.
    }
    byte[] line = new byte[in.position() - from - 1];
    in.get(from, line);
    return new String(line, StandardCharsets.UTF_8);
  }

  /** A line of text between quotation marks. */
  String quotedLine() {
    String quoted = line();
    return quoted.length() < 2 ? quoted : quoted.substring(1, quoted.length() - 1);
  }

  /** A number in two's complement: a Long, or a BigInteger if it does not fit. */
  Object integer(long length) throws PickleException {
    byte[] little = bytes(length);
    if (length == 0) {
      return 0L;
    }
    for (int i = 0; i < little.length / 2; i++) {
      byte swapped = little[i];
      little[i] = little[little.length - 1 - i];
      little[little.length - 1 - i] = swapped;
    }
    return narrowed(new BigInteger(little));
  }

  /** A line of decimal digits: a Boolean for 00 and 01, a Long or a BigInteger. */
  Object decimal() throws PickleException {
    String digits = line();
    if (digits.equals("00") || digits.equals("01")) {
      return digits.equals("01");
    }
    return parsed(digits);
  }

  /** A line of decimal digits, with an L behind them. */
  Object longDecimal() throws PickleException {
    String digits = line();
    return parsed(digits.endsWith("L") ? digits.substring(0, digits.length() - 1) : digits);
  }

  private static Object parsed(String digits) throws PickleException {
    if (digits.length() > MOST_DIGITS) {
      throw new PickleException("a number has " + digits.length() + " digits");
    }
    return narrowed(new BigInteger(digits));
  }

  private static Object narrowed(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  /** A line with the index of a remembered value. */
  long index() throws PickleException {
    String digits = line();
    Long value = Longs.tryParse(digits);
    if (value == null) {
      throw new PickleException("expected a number, found " + PickleValues.shortened(digits));
    }
    return value;
  }
}
