package dev.eman.core.internal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * In-place arithmetic on flat vectors, one pass over memory each and nothing allocated per element.
 * Internal: no compatibility is promised.
 *
 * <p>A flat vector is an array {@code [n]} or {@code [1, n]} whose elements are adjacent in memory;
 * a view with an offset is one. float32 vectors on the CPU backend are read and written in blocks
 * that fit the first-level cache: a bulk copy to the heap, a plain loop that the JVM turns into
 * vector instructions, a bulk copy back. Above {@value #BLOCK} elements the blocks are shared with
 * the JVM's common pool. float64 vectors and other backends go through ND4J's own operations.
 */
public final class FlatMath {
  /** What one thread takes at a time, and the longest vector that is not worth a second thread. */
  static final int BLOCK = OffHeapFloats.LONGEST_ACCESS;

  private FlatMath() {}

  /**
   * What one optimiser step applies to every element it touches.
   *
   * @param learningRate η ≥ 0
   * @param momentum μ in [0, 1)
   * @param nesterov whether the step looks ahead along the momentum
   */
  public record SgdStep(double learningRate, double momentum, boolean nesterov) {}

  /**
   * Adjacent elements that share a weight decay.
   *
   * @param offset the first element
   * @param length how many elements, at least 0
   * @param weightDecay λ ≥ 0
   * @param gradientScale times the gradient, before the decay is added
   */
  public record Run(long offset, long length, double weightDecay, double gradientScale) {
    /** Elements whose gradient is taken as it is. */
    public Run(long offset, long length, double weightDecay) {
      this(offset, length, weightDecay, 1);
    }
  }

  /**
   * Two Euclidean norms.
   *
   * @param parameters of p
   * @param gradient of g + λ p
   */
  public record Norms(double parameters, double gradient) {}

  /**
   * Adjacent elements of two vectors that belong together.
   *
   * @param teacherOffset the first element in the teacher's vector
   * @param studentOffset the first element in the student's vector
   * @param length how many elements, at least 0
   */
  public record AverageRun(long teacherOffset, long studentOffset, long length) {}

  /**
   * Moves runs of {@code teacher} towards {@code student}: {@code t ← m t + (1 − m) s}, in the
   * dtype of the vectors. The runs may stand at different places in the two vectors.
   *
   * @param teacher {@code [n]}, float32 or float64; mutated
   * @param student {@code [k]}, dtype of the teacher; read
   * @param momentum m in [0, 1]; 1 leaves every bit of the teacher, 0 copies the student's
   * @param runs which elements to move; they must not overlap
   */
  public static void averageInPlace(
      INDArray teacher, INDArray student, double momentum, List<AverageRun> runs) {
    checkFlat("teacher", teacher);
    checkFlat("student", student);
    checkArgument(
        teacher.dataType() == student.dataType(),
        "student: expected %s, got %s",
        teacher.dataType(),
        student.dataType());
    checkArgument(momentum >= 0 && momentum <= 1, "momentum: expected [0, 1], got %s", momentum);
    for (AverageRun run : runs) {
      checkRange(teacher, run.teacherOffset(), run.length());
      checkRange(student, run.studentOffset(), run.length());
    }
    if (momentum == 1) {
      return;
    }
    if (!isFloatOnHost(teacher)) {
      runs.forEach(run -> Nd4jFlatMath.average(teacher, student, momentum, run));
      return;
    }
    OffHeapFloats t = OffHeapFloats.of(teacher);
    OffHeapFloats s = OffHeapFloats.of(student);
    long total = 0;
    List<AverageRun> pieces = new ArrayList<>();
    for (AverageRun run : runs) {
      total += run.length();
      for (long done = 0; done < run.length(); done += BLOCK) {
        pieces.add(
            new AverageRun(
                run.teacherOffset() + done,
                run.studentOffset() + done,
                Math.min(BLOCK, run.length() - done)));
      }
    }
    forEachIndex(pieces.size(), total, i -> FloatKernels.average(t, s, momentum, pieces.get(i)));
  }

  /**
   * One step of stochastic gradient descent over {@code runs}; elements outside them keep every
   * bit. With gradient g, parameter p, momentum buffer v and the run's weight decay λ:
   *
   * <pre>
   * d = s g + λ p       with the run's scale s of the gradient, usually 1
   * v ← μ v + d
   * p ← p − η (nesterov ? d + μ v : v)
   * </pre>
   *
   * A buffer of zeros makes the first step {@code v = d}, as PyTorch has it. With μ = 0 the buffer
   * is neither read nor written.
   *
   * @param parameters {@code [n]}, float32 or float64; mutated
   * @param gradient {@code [n]}, dtype of the parameters; read
   * @param momentumBuffer {@code [n]}, dtype of the parameters; mutated
   * @param step learning rate and momentum
   * @param runs which elements to move; they must not overlap. Runs of at most {@value #BLOCK}
   *     elements share out best among threads; {@link #split} makes them
   */
  public static void sgdStepInPlace(
      INDArray parameters,
      INDArray gradient,
      INDArray momentumBuffer,
      SgdStep step,
      List<Run> runs) {
    checkFlat("parameters", parameters);
    checkMatches("gradient", gradient, parameters);
    checkMatches("momentumBuffer", momentumBuffer, parameters);
    long total = 0;
    for (Run run : runs) {
      checkRange(parameters, run.offset(), run.length());
      total += run.length();
    }
    if (!isFloatOnHost(parameters)) {
      runs.forEach(run -> Nd4jFlatMath.sgd(parameters, gradient, momentumBuffer, step, run));
      return;
    }
    OffHeapFloats p = OffHeapFloats.of(parameters);
    OffHeapFloats g = OffHeapFloats.of(gradient);
    OffHeapFloats v = OffHeapFloats.of(momentumBuffer);
    forEachIndex(runs.size(), total, i -> FloatKernels.sgd(p, g, v, step, runs.get(i)));
  }

  /**
   * The norms that LARS wants of one run, summed in float64: of the parameters, and of the gradient
   * with the run's decay added.
   *
   * @param parameters {@code [n]}, float32 or float64; read
   * @param gradient {@code [n]}, dtype of the parameters; read
   */
  public static Norms norms(INDArray parameters, INDArray gradient, Run run) {
    checkFlat("parameters", parameters);
    checkMatches("gradient", gradient, parameters);
    checkRange(parameters, run.offset(), run.length());
    if (!isFloatOnHost(parameters)) {
      return Nd4jFlatMath.norms(parameters, gradient, run);
    }
    OffHeapFloats p = OffHeapFloats.of(parameters);
    OffHeapFloats g = OffHeapFloats.of(gradient);
    int blocks = Math.toIntExact((run.length() + BLOCK - 1) / BLOCK);
    double[] squares = new double[2 * blocks]; // Added up in order: the same on any machine.
    forEachBlock(
        run.offset(),
        run.length(),
        (from, count) -> {
          int block = (int) ((from - run.offset()) / BLOCK);
          FloatKernels.squares(p, g, from, count, run.weightDecay(), squares, 2 * block);
        });
    double pp = 0;
    double dd = 0;
    for (int i = 0; i < blocks; i++) {
      pp += squares[2 * i];
      dd += squares[2 * i + 1];
    }
    return new Norms(Math.sqrt(pp), Math.sqrt(dd));
  }

  /**
   * The Euclidean norm of a part of a vector, summed in float64: in float32, that of 25 million
   * values comes out some percent too small. The same on any machine, whatever its threads.
   *
   * @param vector {@code [n]}, float32 or float64; read
   * @param runs the part, without overlaps; their decay and scale are not used
   */
  public static double norm(INDArray vector, List<Run> runs) {
    checkFlat("vector", vector);
    long total = 0;
    for (Run run : runs) {
      checkRange(vector, run.offset(), run.length());
      total += run.length();
    }
    double sum = 0;
    if (!isFloatOnHost(vector)) {
      for (Run run : runs) {
        sum += Nd4jFlatMath.squares(vector, run.offset(), run.length());
      }
      return Math.sqrt(sum);
    }
    OffHeapFloats values = OffHeapFloats.of(vector);
    List<Run> pieces = split(runs);
    double[] squares = new double[pieces.size()];
    forEachIndex(
        pieces.size(),
        total,
        i -> {
          Run piece = pieces.get(i);
          squares[i] = FloatKernels.squares(values, piece.offset(), piece.length());
        });
    for (double square : squares) {
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /**
   * The Euclidean norms of a matrix's rows, summed in float64.
   *
   * @param matrix {@code [M, D]}, float32, c order, adjacent elements; read
   * @return {@code [M]}
   */
  public static double[] rowNorms(INDArray matrix) {
    checkArgument(
        matrix.rank() == 2
            && (matrix.size(1) == 1 || matrix.stride(1) == 1)
            && (matrix.size(0) == 1 || matrix.stride(0) == matrix.size(1))
            && matrix.dataType() == DataType.FLOAT,
        "matrix: expected [M, D] of FLOAT in c order with adjacent elements, got %s of %s",
        Longs.asList(matrix.shape()),
        matrix.dataType());
    if (!isFloatOnHost(matrix)) {
      return matrix.norm2(1).castTo(DataType.DOUBLE).toDoubleVector();
    }
    int rows = Math.toIntExact(matrix.size(0));
    long width = matrix.size(1);
    double[] norms = new double[rows];
    OffHeapFloats values = OffHeapFloats.of(matrix.reshape(matrix.length()));
    forEachIndex(
        rows,
        matrix.length(),
        row -> norms[row] = Math.sqrt(FloatKernels.squares(values, row * width, width)));
    return norms;
  }

  /** Cuts {@code runs} into runs of at most {@value #BLOCK} elements, in the same order. */
  public static ImmutableList<Run> split(List<Run> runs) {
    ImmutableList.Builder<Run> pieces = ImmutableList.builder();
    for (Run run : runs) {
      for (long done = 0; done < run.length(); done += BLOCK) {
        long length = Math.min(BLOCK, run.length() - done);
        pieces.add(new Run(run.offset() + done, length, run.weightDecay(), run.gradientScale()));
      }
    }
    return pieces.build();
  }

  /** Joins neighbours that are treated alike, in the same order; empty runs are dropped. */
  public static ImmutableList<Run> join(List<Run> runs) {
    List<Run> joined = new ArrayList<>();
    for (Run run : runs) {
      int last = joined.size() - 1;
      Run before = last < 0 ? null : joined.get(last);
      if (before != null
          && before.offset() + before.length() == run.offset()
          && before.weightDecay() == run.weightDecay()
          && before.gradientScale() == run.gradientScale()) {
        long length = before.length() + run.length();
        joined.set(last, new Run(before.offset(), length, run.weightDecay(), run.gradientScale()));
      } else if (run.length() > 0) {
        joined.add(run);
      }
    }
    return ImmutableList.copyOf(joined);
  }

  /**
   * Whether any of the elements is NaN or infinite.
   *
   * @param values {@code [n]}, float32 or float64; read
   * @param offset the first element to look at
   * @param length how many elements to look at
   */
  public static boolean anyNonFinite(INDArray values, long offset, long length) {
    checkFlat("values", values);
    checkRange(values, offset, length);
    if (length == 0) {
      return false;
    }
    if (!isFloatOnHost(values)) {
      return Nd4jFlatMath.anyNonFinite(values, offset, length);
    }
    OffHeapFloats v = OffHeapFloats.of(values);
    AtomicBoolean found = new AtomicBoolean();
    BlockAction look =
        (from, count) -> {
          if (!found.get() && FloatKernels.anyNonFinite(v, from, count)) {
            found.set(true);
          }
        };
    forEachBlock(offset, length, look);
    return found.get();
  }

  private static boolean isFloatOnHost(INDArray vector) {
    return vector.dataType() == DataType.FLOAT && Nd4j.getEnvironment().isCPU();
  }

  private static void forEachBlock(long offset, long length, BlockAction action) {
    int blocks = Math.toIntExact((length + BLOCK - 1) / BLOCK);
    forEachIndex(
        blocks,
        length,
        i -> {
          long done = (long) i * BLOCK;
          action.accept(offset + done, (int) Math.min(BLOCK, length - done));
        });
  }

  /** Calls {@code action} once for each index below {@code count}, in any order. */
  private static void forEachIndex(int count, long elements, IntConsumer action) {
    CommonPool.forEachIndex(count, elements <= BLOCK ? 1 : CommonPool.all(), action);
  }

  private static void checkFlat(String name, INDArray vector) {
    checkArgument(
        vector.dataType() == DataType.FLOAT || vector.dataType() == DataType.DOUBLE,
        "%s: expected FLOAT or DOUBLE, got %s",
        name,
        vector.dataType());
    boolean shaped = vector.rank() == 1 || (vector.rank() == 2 && vector.size(0) == 1);
    checkArgument(
        shaped && (vector.length() <= 1 || vector.stride(vector.rank() - 1) == 1),
        "%s: expected [n] with adjacent elements, got %s with strides %s",
        name,
        Longs.asList(vector.shape()),
        Longs.asList(vector.stride()));
  }

  private static void checkMatches(String name, INDArray vector, INDArray expected) {
    checkFlat(name, vector);
    checkArgument(
        vector.length() == expected.length() && vector.dataType() == expected.dataType(),
        "%s: expected [%s] %s, got [%s] %s",
        name,
        expected.length(),
        expected.dataType(),
        vector.length(),
        vector.dataType());
  }

  private static void checkRange(INDArray vector, long offset, long length) {
    checkArgument(
        offset >= 0 && length >= 0 && offset <= vector.length() - length,
        "range: expected within [0, %s), got offset %s, length %s",
        vector.length(),
        offset,
        length);
  }

  @FunctionalInterface
  private interface BlockAction {
    void accept(long from, int count);
  }
}
