package dev.eman.core.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;

/** A few changes to a file, in their order. As they are relative, they fit a file of any length. */
public record Damage(List<Change> changes) {
  /** Most formats have their sizes here. */
  private static final int HEADER = 64;

  private static final int MOST_BYTES = 64;
  private static final int[] EXTREMES = {
    0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xffff, 0x10000, 0x7fffff00, 0x80
  };
  private static final String[] TEXTS = {
    "0",
    "-1",
    "2147483647",
    "99999999999",
    "../",
    "/",
    "\0",
    "\n",
    ",",
    ":",
    " ",
    "\"",
    "é",
    "\r",
    "[",
    "{",
    "&a",
    "*a",
    "!!",
    "#",
    "'",
    "\t",
    "---\n",
    "? "
  };

  /** What is done to the bytes. */
  enum Kind {
    FLIP_A_BIT,
    SET_A_BYTE,
    SET_A_NUMBER,
    NOISE,
    TRUNCATE,
    DELETE,
    DUPLICATE,
    INSERT,
    INSERT_TEXT
  }

  /**
   * One change.
   *
   * @param header whether its place is in the first bytes
   * @param place from 0, where the file begins, to below 1
   * @param extent how much is changed, from 0 to below 1
   * @param value chooses what is written
   */
  record Change(Kind kind, boolean header, double place, double extent, int value) {
    byte[] apply(byte[] file) {
      int end = header ? Math.min(HEADER, file.length) : file.length;
      int at = (int) (place * end);
      int bytes = (int) Math.min(file.length - at, 1 + extent * MOST_BYTES);
      byte[] before = Arrays.copyOf(file, at);
      byte[] rest = Arrays.copyOfRange(file, at, file.length);
      byte[] behind = Arrays.copyOfRange(file, at + bytes, file.length);
      return switch (kind) {
        case FLIP_A_BIT -> overwritten(file, at, new byte[] {(byte) (1 << (value & 7))}, true);
        case SET_A_BYTE -> overwritten(file, at, new byte[] {(byte) value}, false);
        case SET_A_NUMBER -> overwritten(file, at, number(), false);
        case NOISE -> overwritten(file, at, Damage.noise(bytes, value), false);
        case TRUNCATE -> before;
        case DELETE -> joined(before, behind);
        case DUPLICATE -> joined(before, Arrays.copyOf(rest, large(rest.length)), rest);
        case INSERT -> joined(before, Damage.noise(bytes, value), rest);
        case INSERT_TEXT -> joined(before, text(), rest);
      };
    }

    private byte[] number() {
      int number = EXTREMES[Math.floorMod(value, EXTREMES.length)];
      return ByteBuffer.allocate(4)
          .putInt(value < 0 ? number : Integer.reverseBytes(number))
          .array();
    }

    private byte[] text() {
      return TEXTS[Math.floorMod(value, TEXTS.length)].getBytes(StandardCharsets.UTF_8);
    }

    /** More often little than much. */
    private int large(int available) {
      return (int) (extent * extent * (available + 1));
    }

    private static byte[] overwritten(byte[] file, int at, byte[] bytes, boolean flip) {
      byte[] changed = file.clone();
      for (int i = 0; i < bytes.length && at + i < file.length; i++) {
        changed[at + i] = (byte) (flip ? changed[at + i] ^ bytes[i] : bytes[i]);
      }
      return changed;
    }

    private static byte[] joined(byte[]... parts) {
      ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
      for (byte[] part : parts) {
        all.put(part);
      }
      return all.array();
    }
  }

  /** The damaged file; the sound one is left as it is. */
  public byte[] to(byte[] sound) {
    byte[] file = sound.clone();
    for (Change change : changes) {
      file = change.apply(file);
    }
    return file;
  }

  /** One to four changes of any kind. */
  public static Arbitrary<Damage> any() {
    Arbitrary<Double> part = Arbitraries.integers().between(0, 9999).map(i -> i / 10_000.0);
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.of(true, false),
            part,
            part,
            Arbitraries.integers().withDistribution(RandomDistribution.uniform()))
        .as(Change::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(Damage::new);
  }

  /** A file of anything, up to some hundred bytes. */
  public static Arbitrary<byte[]> noise() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 400),
            Arbitraries.integers().withDistribution(RandomDistribution.uniform()))
        .as(Damage::noise);
  }

  private static byte[] noise(int length, int seed) {
    byte[] noise = new byte[length];
    new Random(seed).nextBytes(noise);
    return noise;
  }
}
