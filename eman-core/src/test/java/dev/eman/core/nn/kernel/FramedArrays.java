package dev.eman.core.nn.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Arrays on any backend, each a view in the middle of a vector, as parameters are. A kernel may
 * change its outputs and nothing else.
 */
final class FramedArrays {
  /** Values before and behind each array; odd, so that arrays begin on no line of the cache. */
  private static final int FRAME = 5;

  private static final int OUTSIDE = 77;

  private record Frame(String name, INDArray vector, INDArray array) {
    INDArray inside() {
      return vector.get(NDArrayIndex.interval(FRAME, vector.length() - FRAME));
    }

    boolean isInside(int index) {
      return index >= FRAME && index < vector.length() - FRAME;
    }
  }

  private final DataType type;
  private final SplittableRandom random = new SplittableRandom(7);
  private final List<Frame> frames = new ArrayList<>();

  FramedArrays(DataType type) {
    this.type = type;
  }

  /** An {@code [n, c, h, w]} array in channels-last memory, of random values. */
  INDArray image(String name, long n, long c, long h, long w) {
    Frame frame = frame(name, type, n * c * h * w);
    INDArray array = ChannelsLast.view(frame.inside().reshape('c', n, h, w, c));
    return randomize(add(frame, array));
  }

  /** An array in c order, of random values. */
  INDArray vector(String name, long... shape) {
    Frame frame = frame(name, type, Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    return randomize(add(frame, frame.inside().reshape('c', shape)));
  }

  /** Bytes. */
  INDArray bytes(String name, long count) {
    Frame frame = frame(name, DataType.UINT8, count);
    return add(frame, frame.inside());
  }

  private static Frame frame(String name, DataType type, long length) {
    INDArray vector = Nd4j.valueArrayOf(new long[] {length + 2 * FRAME}, OUTSIDE, type);
    return new Frame(name, vector, vector);
  }

  private INDArray add(Frame frame, INDArray array) {
    frames.add(new Frame(frame.name, frame.vector, array));
    return array;
  }

  private Frame frameOf(INDArray array) {
    return frames.stream().filter(f -> f.array == array).findFirst().orElseThrow();
  }

  /** Fills an array with values in [-1, 1) that float32 holds exactly. */
  INDArray randomize(INDArray array) {
    float[] values = new float[(int) array.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    frameOf(array).inside().assign(Nd4j.createFromArray(values));
    return array;
  }

  /** The values in the order of their memory. */
  double[] values(INDArray array) {
    return frameOf(array).inside().dup().castTo(DataType.DOUBLE).toDoubleVector();
  }

  /** Runs a kernel that overwrites its outputs, which are NaN before, and changes nothing else. */
  void run(String what, Runnable kernel, INDArray... outputs) {
    for (INDArray output : outputs) {
      output.assign(output.dataType() == DataType.UINT8 ? 255 : Double.NaN);
    }
    runInPlace(what, kernel, outputs);
  }

  /** Runs a kernel that reads its outputs, and changes nothing else. */
  void runInPlace(String what, Runnable kernel, INDArray... outputs) {
    List<double[]> before = frames.stream().map(FramedArrays::all).toList();
    kernel.run();
    for (int f = 0; f < frames.size(); f++) {
      Frame frame = frames.get(f);
      boolean owned = Arrays.stream(outputs).anyMatch(o -> o == frame.array);
      double[] after = all(frame);
      for (int i = 0; i < after.length; i++) {
        boolean same = Double.compare(before.get(f)[i], after[i]) == 0;
        if (!same && !(owned && frame.isInside(i))) {
          throw new AssertionError(
              "%s: element %s of %s values of \"%s\" was changed from %s to %s"
                  .formatted(
                      what,
                      i - FRAME,
                      after.length - 2 * FRAME,
                      frame.name,
                      before.get(f)[i],
                      after[i]));
        }
      }
    }
  }

  private static double[] all(Frame frame) {
    return frame.vector.castTo(DataType.DOUBLE).toDoubleVector();
  }

  /**
   * Checks values in the order of their memory.
   *
   * @param tolerance of the largest value expected, or of 1
   */
  void expect(String what, double[] expected, INDArray actual, double tolerance) {
    double scale = Arrays.stream(expected).map(Math::abs).reduce(1, Math::max);
    double[] values = values(actual);
    for (int i = 0; i < values.length; i++) {
      if (!(Math.abs(expected[i] - values[i]) <= tolerance * scale)) {
        throw new AssertionError(
            "%s: expected %s, got %s (value %s of %s in memory, tolerance %s)"
                .formatted(what, expected[i], values[i], i, values.length, tolerance * scale));
      }
    }
  }
}
