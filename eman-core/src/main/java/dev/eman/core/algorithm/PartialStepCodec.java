package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A {@link PartialStep} as bytes, without its gradient, which travels apart: a few kilobytes, and
 * four bytes for each running statistic. Little-endian, and the same bytes for the same step:
 *
 * <pre>
 * int32 magic, int32 parts, array statistics,
 * int32 n, n contributions (string name, int8 reduction, int32 count, array value),
 * int32 n, n scalars (string name, float64 sum, int32 count)
 * string: uint16 n, n bytes of UTF-8
 * array:  see {@link ArrayCodec}
 * </pre>
 *
 * <p>Reading takes no more memory than a small multiple of the bytes that are there, whatever
 * lengths they name.
 */
public final class PartialStepCodec {
  private static final int MAGIC = 0x31505345; // "ESP1"
  private static final int LONGEST_NAME = 0xffff;

  /** As they are numbered. */
  private static final ImmutableList<Reduction> REDUCTIONS =
      ImmutableList.of(Reduction.SUM, Reduction.MEAN, Reduction.GATHER);

  private PartialStepCodec() {}

  /**
   * Encodes all but the gradient.
   *
   * @return from position 0 to its limit
   * @throws IllegalArgumentException for a contribution that is neither float32, float64, int32 nor
   *     int64
   */
  public static ByteBuffer write(PartialStep step) {
    ByteBuffer out = ByteBuffer.allocate(size(step)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(step.parts());
    ArrayCodec.write(step.statistics(), out);
    Map<String, Contribution> contributions = step.contributions().asMap();
    out.putInt(contributions.size());
    contributions.forEach(
        (name, contribution) -> {
          write(name, out);
          out.put((byte) REDUCTIONS.indexOf(contribution.reduction())).putInt(contribution.count());
          ArrayCodec.write(contribution.value(), out);
        });
    out.putInt(step.scalars().sums().size());
    step.scalars()
        .sums()
        .forEach(
            (name, sum) -> {
              write(name, out);
              out.putDouble(sum).putInt(step.scalars().counts().getOrDefault(name, 1));
            });
    return out.flip();
  }

  private static int size(PartialStep step) {
    long size = 16 + ArrayCodec.size(step.statistics());
    for (Map.Entry<String, Contribution> entry : step.contributions().asMap().entrySet()) {
      size += size(entry.getKey()) + 5 + ArrayCodec.size(entry.getValue().value());
    }
    for (String name : step.scalars().sums().keySet()) {
      size += size(name) + 12;
    }
    checkArgument(
        size <= Integer.MAX_VALUE, "partial step: expected less than 2 GiB, got %s bytes", size);
    return (int) size;
  }

  private static int size(String name) {
    return 2 + name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void write(String name, ByteBuffer out) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    checkArgument(
        bytes.length <= LONGEST_NAME,
        "name: expected at most %s bytes, got %s",
        LONGEST_NAME,
        bytes.length);
    out.putShort((short) bytes.length).put(bytes);
  }

  /**
   * Decodes what {@link #write} has encoded.
   *
   * @param bytes from its position to its limit, which its position is afterwards
   * @return with an empty gradient of float32
   * @throws EmanException if it is damaged
   */
  public static PartialStep read(ByteBuffer bytes) {
    ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    try {
      PartialStep step = readAll(in);
      expect(!in.hasRemaining(), "nothing behind its end", in.remaining() + " bytes");
      bytes.position(bytes.limit());
      return step;
    } catch (BufferUnderflowException e) {
      throw damaged("more bytes", "their end after " + in.limit());
    }
  }

  private static PartialStep readAll(ByteBuffer in) {
    int magic = in.getInt();
    expect(magic == MAGIC, "its first bytes", String.format(Locale.ROOT, "%08x", magic));
    int parts = in.getInt();
    expect(parts > 0, "at least 1 part", Integer.toString(parts));
    return new PartialStep(
        parts,
        Nd4j.empty(DataType.FLOAT),
        ArrayCodec.read(in),
        readContributions(in),
        readScalars(in));
  }

  private static Contributions readContributions(ByteBuffer in) {
    Map<String, Contribution> found = new LinkedHashMap<>();
    for (int i = readCount(in); i > 0; i--) {
      String name = readName(in);
      int reduction = in.get();
      expect(
          reduction >= 0 && reduction < REDUCTIONS.size(),
          "a reduction",
          Integer.toString(reduction));
      int count = in.getInt();
      expect(count > 0, "a count above 0", Integer.toString(count));
      try {
        Contribution contribution =
            new Contribution(REDUCTIONS.get(reduction), ArrayCodec.read(in), count);
        expect(found.put(name, contribution) == null, "each name once", name + " twice");
      } catch (IllegalArgumentException e) {
        throw damaged("a contribution", String.valueOf(e.getMessage()));
      }
    }
    return Contributions.of(found);
  }

  private static StepScalars readScalars(ByteBuffer in) {
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (int i = readCount(in); i > 0; i--) {
      String name = readName(in);
      expect(sums.put(name, in.getDouble()) == null, "each name once", name + " twice");
      int count = in.getInt();
      expect(count > 0, "a count above 0", Integer.toString(count));
      counts.put(name, count);
    }
    return new StepScalars(ImmutableMap.copyOf(sums), ImmutableMap.copyOf(counts));
  }

  private static int readCount(ByteBuffer in) {
    int count = in.getInt();
    expect(count >= 0, "a number of entries", Integer.toString(count));
    return count;
  }

  private static String readName(ByteBuffer in) {
    int length = Short.toUnsignedInt(in.getShort());
    expect(length <= in.remaining(), "a name of " + length + " bytes", in.remaining() + " bytes");
    ByteBuffer name = in.slice().limit(length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(name).toString();
    } catch (CharacterCodingException e) {
      throw damaged("a name in UTF-8", "other bytes");
    }
  }

  private static void expect(boolean condition, String expected, String found) {
    if (!condition) {
      throw damaged(expected, found);
    }
  }

  static EmanException damaged(String expected, String found) {
    return new EmanException(
        "partial step: its bytes are damaged: expected " + expected + ", got " + found);
  }
}
