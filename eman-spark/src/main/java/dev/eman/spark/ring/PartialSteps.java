package dev.eman.spark.ring;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Contribution;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.PartialStep;
import dev.eman.core.algorithm.Reduction;
import dev.eman.core.algorithm.StepScalars;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** All of a {@link PartialStep} but its gradient, as bytes. */
final class PartialSteps {
  private PartialSteps() {}

  static byte[] encode(PartialStep step) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(step.parts());
      write(out, step.statistics());
      Map<String, Contribution> contributions = step.contributions().asMap();
      out.writeInt(contributions.size());
      for (Map.Entry<String, Contribution> entry : contributions.entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeUTF(entry.getValue().reduction().name());
        out.writeInt(entry.getValue().count());
        write(out, entry.getValue().value());
      }
      StepScalars scalars = step.scalars();
      out.writeInt(scalars.sums().size());
      for (Map.Entry<String, Double> entry : scalars.sums().entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeDouble(entry.getValue());
        out.writeInt(scalars.counts().getOrDefault(entry.getKey(), 1));
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory takes all that is written to it", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encode} has written.
   *
   * @return with an empty gradient
   * @throws RingException if it is something else
   */
  static PartialStep decode(byte[] message) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(message))) {
      int parts = in.readInt();
      INDArray statistics = readArray(in);
      return new PartialStep(
          parts, Nd4j.empty(DataType.FLOAT), statistics, readContributions(in), readScalars(in));
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new RingException(
          "expected a step's scalars and statistics, got "
              + message.length
              + " bytes of something else: all workers need the same version of this library",
          e);
    }
  }

  private static Contributions readContributions(DataInputStream in) throws IOException {
    ImmutableMap.Builder<String, Contribution> byName = ImmutableMap.builder();
    int count = count(in);
    for (int i = 0; i < count; i++) {
      String name = in.readUTF();
      Reduction reduction = Reduction.valueOf(in.readUTF());
      int times = in.readInt();
      byName.put(name, new Contribution(reduction, readArray(in), times));
    }
    return Contributions.of(byName.buildOrThrow());
  }

  private static StepScalars readScalars(DataInputStream in) throws IOException {
    ImmutableMap.Builder<String, Double> sums = ImmutableMap.builder();
    ImmutableMap.Builder<String, Integer> counts = ImmutableMap.builder();
    int count = count(in);
    for (int i = 0; i < count; i++) {
      String name = in.readUTF();
      sums.put(name, in.readDouble());
      counts.put(name, in.readInt());
    }
    return new StepScalars(sums.buildOrThrow(), counts.buildOrThrow());
  }

  private static void write(DataOutputStream out, INDArray array) throws IOException {
    out.writeUTF(array.dataType().name());
    out.writeBoolean(array.isEmpty());
    out.writeInt(array.rank());
    for (long size : array.shape()) {
      out.writeLong(size);
    }
    if (!array.isEmpty()) {
      out.write(elements(array));
    }
  }

  private static byte[] elements(INDArray array) {
    DataBuffer data = array.dup('c').data();
    int size = array.dataType().width();
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(Math.toIntExact(array.length()), size));
    switch (array.dataType()) {
      case FLOAT -> bytes.asFloatBuffer().put(data.asFloat());
      case DOUBLE -> bytes.asDoubleBuffer().put(data.asDouble());
      case INT -> bytes.asIntBuffer().put(data.asInt());
      case LONG -> bytes.asLongBuffer().put(data.asLong());
      default -> throw unknown(array.dataType());
    }
    return bytes.array();
  }

  private static IllegalArgumentException unknown(DataType type) {
    return new IllegalArgumentException(
        "contribution: expected FLOAT, DOUBLE, INT or LONG, got " + type);
  }

  private static INDArray readArray(DataInputStream in) throws IOException {
    DataType type = DataType.valueOf(in.readUTF());
    boolean empty = in.readBoolean();
    long[] shape = new long[count(in)];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = in.readLong();
    }
    if (empty) {
      return shape.length == 0 ? Nd4j.empty(type) : Nd4j.create(type, shape);
    }
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (elements < 1 || elements * type.width() > in.available()) {
      throw new EOFException();
    }
    ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes((int) elements * type.width()));
    return array(type, bytes, (int) elements).reshape(shape);
  }

  private static INDArray array(DataType type, ByteBuffer bytes, int count) {
    switch (type) {
      case FLOAT -> {
        float[] values = new float[count];
        bytes.asFloatBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
      case DOUBLE -> {
        double[] values = new double[count];
        bytes.asDoubleBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
      case INT -> {
        int[] values = new int[count];
        bytes.asIntBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
      case LONG -> {
        long[] values = new long[count];
        bytes.asLongBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
      default -> throw unknown(type);
    }
  }

  /** How many follow; each takes a byte at least. */
  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > in.available()) {
      throw new EOFException();
    }
    return count;
  }
}
