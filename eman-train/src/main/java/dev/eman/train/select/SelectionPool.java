package dev.eman.train.select;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Images to choose from, and what is known of them. Images are numbered by their rows, from 0.
 *
 * <pre>{@code
 * SelectionPool pool = SelectionPool.of(features).labeled(done).predictions(student, teacher);
 * ImmutableIntArray next = SelectionStrategy.recommended(pool).select(pool, 10);
 * }</pre>
 *
 * <p>A pool does not change, and the features are copied once: pools that are made from one another
 * share the copy, of as many bytes as the features have, outside of Java's heap. Threads may share
 * a pool.
 */
public final class SelectionPool {
  private final UnitFeatures features;
  private final ImmutableIntArray labeled;
  private final ImmutableIntArray skipped;
  private final @Nullable INDArray student;
  private final @Nullable INDArray teacher;

  private SelectionPool(
      UnitFeatures features,
      ImmutableIntArray labeled,
      ImmutableIntArray skipped,
      @Nullable INDArray student,
      @Nullable INDArray teacher) {
    this.features = features;
    this.labeled = labeled;
    this.skipped = skipped;
    this.student = student;
    this.teacher = teacher;
  }

  /**
   * A pool without labels and predictions.
   *
   * @param features {@code [N, D]}, float32, rows of any length, of which the direction alone
   *     counts; copied
   * @throws IllegalArgumentException for other shapes, and for NaN or infinite numbers
   */
  public static SelectionPool of(INDArray features) {
    ImmutableIntArray none = ImmutableIntArray.of();
    return new SelectionPool(UnitFeatures.of(features), none, none, null, null);
  }

  /**
   * The same pool with other labelled images, which are not picked, and from which picks keep away.
   *
   * @param images each once, from 0 to N - 1
   */
  public SelectionPool labeled(ImmutableIntArray images) {
    check("labeled", images);
    return new SelectionPool(features, images, skipped, student, teacher);
  }

  /**
   * The same pool with other skipped images: these are not picked, and picks may be like them.
   *
   * @param images each once, from 0 to N - 1
   */
  public SelectionPool skipped(ImmutableIntArray images) {
    check("skipped", images);
    return new SelectionPool(features, labeled, images, student, teacher);
  }

  /**
   * The same pool with predictions of a network without a teacher, or of one whose teacher cannot
   * be used by itself.
   *
   * @param probabilities {@code [N, K]} after the softmax; kept, not copied
   */
  public SelectionPool predictions(INDArray probabilities) {
    check("probabilities", probabilities);
    return new SelectionPool(features, labeled, skipped, probabilities, null);
  }

  /**
   * The same pool with predictions of a student and of its teacher, the network that is deployed.
   *
   * @param ofStudent {@code [N, K]} after the softmax; kept, not copied
   * @param ofTeacher the same
   */
  public SelectionPool predictions(INDArray ofStudent, INDArray ofTeacher) {
    check("student", ofStudent);
    check("teacher", ofTeacher);
    checkArgument(
        ofStudent.size(1) == ofTeacher.size(1),
        "teacher: expected [%s, %s], got %s",
        size(),
        ofStudent.size(1),
        Arrays.toString(ofTeacher.shape()));
    return new SelectionPool(features, labeled, skipped, ofStudent, ofTeacher);
  }

  private void check(String name, INDArray probabilities) {
    checkArgument(
        probabilities.rank() == 2 && probabilities.size(0) == size() && probabilities.size(1) > 0,
        "%s: expected [%s, K], got %s",
        name,
        size(),
        Arrays.toString(probabilities.shape()));
    Uncertainty.check(name, probabilities);
  }

  private void check(String name, ImmutableIntArray images) {
    BitSet seen = new BitSet();
    images.forEach(
        image -> {
          checkArgument(
              image >= 0 && image < size(),
              "%s: expected images from 0 to %s, got %s",
              name,
              size() - 1,
              image);
          checkArgument(
              !seen.get(image), "%s: expected each image once, got %s twice", name, image);
          seen.set(image);
        });
  }

  /** N, the number of images. */
  public int size() {
    return features.size();
  }

  /** Whether there are predictions of a network. */
  public boolean hasPredictions() {
    return student != null;
  }

  /** Whether there are predictions of a student and of a teacher. */
  public boolean hasTeacher() {
    return teacher != null;
  }

  UnitFeatures features() {
    return features;
  }

  ImmutableIntArray labeled() {
    return labeled;
  }

  /** Images that are neither labelled nor skipped; a new set. */
  BitSet candidates() {
    BitSet left = new BitSet();
    left.set(0, size());
    labeled.forEach(left::clear);
    skipped.forEach(left::clear);
    return left;
  }

  /** How unsure the networks are of each image, {@code [N]}. */
  double[] uncertainty(Uncertainty kind) {
    INDArray first = requireNonNull(student);
    return kind.of(first, teacher == null ? first : teacher);
  }
}
