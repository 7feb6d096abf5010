package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.loss.ClassWeights;
import dev.eman.core.model.Student;
import org.jspecify.annotations.Nullable;

/**
 * What an algorithm is made from: the student, the options, and the run's figures. Immutable. A
 * figure that was not given is refused when an algorithm asks for it, so that
 *
 * <pre>{@code
 * AlgorithmContext.builder(student, AlgorithmOptions.defaults(provider)).totalSteps(1000).build()
 * }</pre>
 *
 * <p>is enough for an algorithm that needs no more.
 */
public final class AlgorithmContext {
  private static final int UNKNOWN = -1;

  private final Student student;
  private final AlgorithmOptions options;
  private final int classes;
  private final int labeledImages;
  private final int unlabeledImages;
  private final long totalSteps;
  private final long seed;
  private final @Nullable ClassWeights classWeights;

  private AlgorithmContext(Builder builder) {
    student = builder.student;
    options = builder.options;
    classes = builder.classes;
    labeledImages = builder.labeledImages;
    unlabeledImages = builder.unlabeledImages;
    totalSteps = builder.totalSteps;
    seed = builder.seed;
    classWeights = builder.classWeights;
  }

  /**
   * Starts a context.
   *
   * @param student with the weights to start from; it becomes the algorithm's
   * @param options of the algorithm that is to be made
   */
  public static Builder builder(Student student, AlgorithmOptions options) {
    return new Builder(student, options);
  }

  /** The network that will be trained. */
  public Student student() {
    return student;
  }

  /** The algorithm's options. */
  public AlgorithmOptions options() {
    return options;
  }

  /**
   * Classes of the labels.
   *
   * @throws IllegalStateException if not given
   */
  public int classes() {
    return (int) given("classes", classes);
  }

  /**
   * Images with labels, at least 0.
   *
   * @throws IllegalStateException if not given
   */
  public int labeledImages() {
    return (int) given("labeledImages", labeledImages);
  }

  /**
   * Images that serve without labels, at least 0: indices of {@link dev.eman.core.data.Batch}'s
   * unlabelled images are below it.
   *
   * @throws IllegalStateException if not given
   */
  public int unlabeledImages() {
    return (int) given("unlabeledImages", unlabeledImages);
  }

  /**
   * Steps of the whole run, at least 1.
   *
   * @throws IllegalStateException if not given
   */
  public long totalSteps() {
    return given("totalSteps", totalSteps);
  }

  /** For what an algorithm draws at random; 0 unless given. */
  public long seed() {
    return seed;
  }

  /**
   * How much the labels of each class weigh; null for the mean over all labels. {@link
   * Algorithms#create} hands them to the algorithm.
   */
  public @Nullable ClassWeights classWeights() {
    return classWeights;
  }

  private static long given(String name, long value) {
    checkState(
        value != UNKNOWN, "the algorithm needs %s: set it in AlgorithmContext's builder", name);
    return value;
  }

  /** Collects a context. */
  public static final class Builder {
    private final Student student;
    private final AlgorithmOptions options;
    private int classes = UNKNOWN;
    private int labeledImages = UNKNOWN;
    private int unlabeledImages = UNKNOWN;
    private long totalSteps = UNKNOWN;
    private long seed;
    private @Nullable ClassWeights classWeights;

    private Builder(Student student, AlgorithmOptions options) {
      this.student = student;
      this.options = options;
    }

    /** Classes of the labels, at least 1. */
    public Builder classes(int count) {
      classes = (int) atLeast("classes", 1, count);
      return this;
    }

    /** Images with labels, at least 0. */
    public Builder labeledImages(int count) {
      labeledImages = (int) atLeast("labeledImages", 0, count);
      return this;
    }

    /** Images that serve without labels, at least 0. */
    public Builder unlabeledImages(int count) {
      unlabeledImages = (int) atLeast("unlabeledImages", 0, count);
      return this;
    }

    /** Steps of the whole run, at least 1: schedules end there. */
    public Builder totalSteps(long count) {
      totalSteps = atLeast("totalSteps", 1, count);
      return this;
    }

    /** For what the algorithm draws at random. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** How much the labels of each class weigh; null, the default, for the mean over all labels. */
    public Builder classWeights(@Nullable ClassWeights weights) {
      classWeights = weights;
      return this;
    }

    private static long atLeast(String name, long least, long value) {
      checkArgument(value >= least, "%s: expected at least %s, got %s", name, least, value);
      return value;
    }

    /** The context. */
    public AlgorithmContext build() {
      return new AlgorithmContext(this);
    }
  }
}
