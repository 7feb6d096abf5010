package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.data.Batch;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.nn.TeacherStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What {@link StudentTeacherAlgorithm#computeLoss} works with in one pass of one step: the batch,
 * the student in training mode, and the teacher in inference mode.
 */
public final class StepContext {
  private final StudentTeacherAlgorithm algorithm;
  private final GradientStep step;
  private final Batch batch;
  private final int pass;
  private boolean studentRan;

  StepContext(StudentTeacherAlgorithm algorithm, GradientStep step, Batch batch, int pass) {
    this.algorithm = algorithm;
    this.step = step;
    this.batch = batch;
    this.pass = pass;
  }

  /** The images of this step, or of the part of it that passes through the networks now. */
  public Batch batch() {
    return batch;
  }

  /**
   * The weights of the batch's labels in the supervised loss: all equal, unless the algorithm was
   * given {@linkplain StudentTeacherAlgorithm#setClassWeights class weights}. A loss that has
   * labels must ask for them, so that no weights are ignored.
   */
  public ExampleWeights labelWeights() {
    return algorithm.labelWeights().of(batch.labels());
  }

  /** The number of steps before this one. */
  public long step() {
    return algorithm.steps();
  }

  /** Which of the algorithm's {@link StudentTeacherAlgorithm#passes()} this is, from 0. */
  public int pass() {
    return pass;
  }

  /**
   * The student's one forward pass in training mode.
   *
   * @param images {@code [N, C, H, W]}; several are put one behind the other, so that they share
   *     their batch statistics as in the published methods
   * @return one array per output of the student, {@code [sum of N, K]} logits for a classifier;
   *     valid until the end of {@code computeLoss}; do not write
   * @throws IllegalStateException on a second call in one pass
   */
  public INDArray[] student(INDArray... images) {
    return student(NormalizationGroups.WHOLE, images);
  }

  /**
   * The student's one forward pass in training mode over several batches that are normalised each
   * by itself, while the running statistics move once for each, in order: the arithmetic of a pass
   * for each, but with one backward pass, whose loss may need the outputs of all.
   *
   * @param images {@code [N, C, H, W]} each, all of one size
   * @return as {@link #student(INDArray...)}
   * @throws IllegalStateException on a second call in one pass
   */
  public INDArray[] studentInTurn(INDArray... images) {
    for (INDArray batch : images) {
      checkArgument(
          batch.size(0) == images[0].size(0),
          "images: expected batches of one size, got %s and %s",
          images[0].size(0),
          batch.size(0));
    }
    return student(new NormalizationGroups(images.length, true), images);
  }

  /**
   * The student's one forward pass in training mode over a batch that is normalised in groups, as
   * many devices would: the running statistics move once, to the mean of where each group would
   * have moved them.
   *
   * @param groups of equal size, at least 1; divide the images
   * @param images {@code [N, C, H, W]}; several are put one behind the other
   * @return as {@link #student(INDArray...)}
   * @throws IllegalStateException on a second call in one pass
   */
  public INDArray[] studentInGroups(int groups, INDArray... images) {
    return student(new NormalizationGroups(groups, false), images);
  }

  private INDArray[] student(NormalizationGroups groups, INDArray... images) {
    checkState(
        !studentRan,
        "one forward pass of the student per pass: give all images at once, or override passes()");
    studentRan = true;
    return algorithm.student().forward(groups, algorithm.joinForStudent(images));
  }

  /**
   * Like {@link #student}, but the student's running statistics stay as they were: for passes that
   * no inference should be prepared for.
   */
  public INDArray[] studentKeepingStatistics(INDArray... images) {
    INDArray before = algorithm.statistics().current();
    INDArray[] outputs = student(images);
    algorithm.statistics().set(before);
    return outputs;
  }

  /**
   * What the student answers in training mode, without a gradient; its running statistics stay as
   * they were. Before {@link #student}.
   *
   * @param images {@code [N, C, H, W]}; several are put one behind the other
   * @return one array per output of the student, copies that stay valid
   */
  public INDArray[] studentWithoutGradient(INDArray... images) {
    checkState(!studentRan, "without a gradient first: the pass with one must be the last");
    INDArray before = algorithm.statistics().current();
    INDArray[] outputs = algorithm.student().forward(algorithm.joinForStudent(images));
    algorithm.statistics().set(before);
    return copies(outputs);
  }

  /**
   * A forward pass of the teacher: inference mode, no gradient, nothing in it changes.
   *
   * @param images {@code [N, C, H, W]}; several are put one behind the other
   * @return one array per output of the teacher, copies that stay valid
   * @throws IllegalStateException for an algorithm without a teacher
   */
  public INDArray[] teacher(INDArray... images) {
    Teacher teacher = algorithm.teacher();
    checkState(teacher != null, "this algorithm was made without a teacher");
    return copies(teacher.infer(algorithm.joinForTeacher(images)));
  }

  private static INDArray[] copies(INDArray... outputs) {
    INDArray[] copies = new INDArray[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      copies[i] = outputs[i].dup('c');
    }
    return copies;
  }

  /**
   * What the teacher normalises with: whether its outputs depend on the batch.
   *
   * @throws IllegalStateException for an algorithm without a teacher
   */
  public TeacherStatistics teacherStatistics() {
    Teacher teacher = algorithm.teacher();
    checkState(teacher != null, "this algorithm was made without a teacher");
    return teacher.statistics();
  }

  /**
   * Updates the teacher now rather than after the optimiser step: MoCo's published order, in which
   * the keys come from the updated teacher. At most once a step.
   */
  public void updateTeacher() {
    algorithm.updateTeacherOnce();
  }

  /**
   * Contributes to a change of the algorithm's {@link StudentTeacherAlgorithm#state}, which {@link
   * StudentTeacherAlgorithm#afterStep} makes from what all parts of the batch have contributed
   * under this name.
   *
   * @param reduction how the parts' values, and those of several passes, become one
   * @param value of the same shape in every part; with {@link Reduction#GATHER} {@code [N, ...]},
   *     of any N; float32, float64, int32 or int64, with {@link Reduction#MEAN} floating-point;
   *     copied
   */
  public void contribute(String name, Reduction reduction, INDArray value) {
    step.contribute(name, reduction, value);
  }

  /**
   * Rows of a matrix, such as the logits of the unlabelled images among all.
   *
   * @param matrix {@code [N, K]}; viewed
   * @param from the first row
   * @param to behind the last row
   * @throws IllegalStateException if ND4J finds none of a matrix that is a view itself: copy it
   *     first
   */
  public static INDArray rows(INDArray matrix, long from, long to) {
    INDArray rows = matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    // ND4J 1.0.0-M2.1 takes later rows of a view for an empty array.
    checkState(
        !rows.isEmpty() || from == to,
        "rows %s to %s of a view of %s: expected rows, found none; take them of a copy, by dup()",
        from,
        to,
        matrix.size(0));
    return rows;
  }

  /** Whether the student has run in this pass. */
  boolean studentRan() {
    return studentRan;
  }

  /** Puts batches one behind the other in memory that is reused from step to step. */
  static final class Joiner {
    private final List<INDArray> buffers = new ArrayList<>();

    INDArray join(INDArray... images) {
      checkArgument(images.length > 0, "a forward pass needs images");
      if (images.length == 1) {
        return images[0];
      }
      long[] shape = images[0].shape().clone();
      shape[0] = Arrays.stream(images).mapToLong(i -> i.size(0)).sum();
      INDArray joined = buffer(shape, images[0].dataType());
      long at = 0;
      for (INDArray part : images) {
        checkArgument(
            Arrays.equals(part.shape(), 1, part.rank(), shape, 1, shape.length)
                && part.dataType() == joined.dataType(),
            "images: expected [N, %s %s, got %s %s",
            Arrays.toString(Arrays.copyOfRange(shape, 1, shape.length)).substring(1),
            joined.dataType(),
            Arrays.toString(part.shape()),
            part.dataType());
        INDArrayIndex[] where = new INDArrayIndex[shape.length];
        Arrays.fill(where, NDArrayIndex.all());
        where[0] = NDArrayIndex.interval(at, at + part.size(0));
        joined.get(where).assign(part);
        at += part.size(0);
      }
      return joined;
    }

    private INDArray buffer(long[] shape, DataType type) {
      @Nullable INDArray found = null;
      for (INDArray b : buffers) {
        if (b.dataType() == type && Arrays.equals(b.shape(), shape)) {
          found = b;
        }
      }
      if (found == null) {
        found = Nd4j.createUninitialized(type, shape, 'c');
        buffers.add(found);
      }
      return found;
    }
  }
}
