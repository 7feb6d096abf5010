package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.data.Batch;
import dev.eman.core.model.GradientListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One training step, taken apart: {@link #begin}, {@link #add} the parts of the batch that this
 * machine has, exchange {@link #partial} results with others that have the rest, and {@link
 * #finish}. {@link StudentTeacherAlgorithm#step(Batch, int, double)} does it on one device, {@link
 * DataParallel} over several; over machines, each has an algorithm in the same state, and
 *
 * <pre>{@code
 * GradientStep step = GradientStep.begin(algorithm, share, machines);
 * step.add(share);
 * step.replace(sumOverAllMachines(step.partial()));
 * step.finish(learningRate);
 * }</pre>
 *
 * <p>leaves them in the same state again; {@link ExchangedStep} is this with a {@link StepExchange}
 * for the sum. Parts are of equal size, and the result depends on them alone, not on who had which.
 * One step of an algorithm at a time; calls in another order throw {@link IllegalStateException}.
 * After an exception of {@link #add} the step is over.
 */
public final class GradientStep {
  private enum Stage {
    ADDING,
    SHARED,
    OVER
  }

  private final StudentTeacherAlgorithm algorithm;
  private final Batch batch;
  private final int parts;
  private final PartSeeds seeds;
  private Stage stage = Stage.ADDING;
  private int added;
  private int counted;
  private final INDArray gradient;
  private Contributions contributions = Contributions.NONE;
  // Of the part that is being added: parts are summed as they are, wherever they ran.
  private Contributions ofPart = Contributions.NONE;
  private StepScalars scalars = StepScalars.NONE;
  // Of all parts that are counted, if some of them ran elsewhere.
  private @Nullable INDArray statistics;

  private GradientStep(StudentTeacherAlgorithm algorithm, Batch batch, int parts, PartSeeds seeds) {
    this.algorithm = algorithm;
    this.batch = batch;
    this.parts = parts;
    this.seeds = seeds;
    this.gradient = algorithm.student().gradient();
  }

  /**
   * Begins a step, whose first parts are added here: calls {@link
   * StudentTeacherAlgorithm#beforeStep}.
   *
   * @param batch of the step, or what this machine has of it
   * @param parts into which the whole batch is divided, here and elsewhere, at least 1
   * @throws IllegalStateException if a step of the algorithm has been begun and is not over
   */
  public static GradientStep begin(StudentTeacherAlgorithm algorithm, Batch batch, int parts) {
    return begin(algorithm, batch, parts, 0);
  }

  /**
   * Begins a step of which others may have the first parts.
   *
   * @param first which part of the whole batch is the first that is added here, from 0: random
   *     numbers that a network draws, for dropout, follow from it
   */
  public static GradientStep begin(
      StudentTeacherAlgorithm algorithm, Batch batch, int parts, int first) {
    return begin(algorithm, batch, parts, PartSeeds.draw(parts, first));
  }

  static GradientStep begin(
      StudentTeacherAlgorithm algorithm, Batch batch, int parts, PartSeeds seeds) {
    checkArgument(parts > 0, "parts: expected at least 1, got %s", parts);
    GradientStep step = new GradientStep(algorithm, batch, parts, seeds);
    algorithm.open(step, batch);
    if (parts > 1) {
      algorithm.statistics().begin();
    }
    return step;
  }

  /**
   * The forward and backward passes of one part.
   *
   * @param part labelled and unlabelled images of it; read
   * @throws NonFiniteLossException when a loss, or a layer's batch statistics, are NaN or infinite;
   *     no learned parameter was changed, and the step is over
   * @throws dev.eman.core.NonFiniteException when a metric alone is, likewise
   */
  public void add(Batch part) {
    add(part, null);
  }

  /**
   * Like {@link #add}, for the last part that is added here: the sum over all of them is announced
   * while the backward pass is still under way.
   *
   * @param listener is told what is final of {@link PartialStep#gradient}, which from then on is
   *     the listener's to overwrite
   */
  public void addLast(Batch part, GradientListener listener) {
    add(part, listener);
  }

  private void add(Batch part, @Nullable GradientListener listener) {
    check(Stage.ADDING, "add");
    checkState(added < parts, "a step of %s parts has them all", parts);
    try {
      ofPart = Contributions.NONE;
      if (parts > 1) {
        seeds.begin(added);
      }
      StepScalars found = StepScalars.of(algorithm.addGradient(part, this, listener));
      scalars = scalars.plus(found);
      contributions = contributions.plus(ofPart);
      if (parts > 1) {
        algorithm.statistics().addAndRestore();
      }
      added++;
      counted++;
    } catch (RuntimeException | Error e) {
      discard();
      throw e;
    }
  }

  /** The student's own; the same array as {@link #partial}'s. */
  INDArray gradient() {
    return gradient;
  }

  PartSeeds seeds() {
    return seeds;
  }

  void contribute(String name, Reduction reduction, INDArray value) {
    ofPart = ofPart.plus(name, reduction, value);
  }

  /** Whether the passes that run now are one part among several. */
  boolean isOnePartOfSeveral() {
    return stage == Stage.ADDING && parts > 1;
  }

  /**
   * What the parts added so far have come to.
   *
   * @return the gradient is the student's own memory and lasts until the step is over; the rest are
   *     copies
   */
  public PartialStep partial() {
    check(Stage.ADDING, "partial");
    checkState(added > 0, "a partial step needs a part: expected add first");
    return new PartialStep(added, gradient, ownStatistics(), contributions, scalars);
  }

  /**
   * Adds what another device has come to, with as many parts as were added here: those that follow
   * in the batch's order.
   *
   * @param other read
   * @throws IllegalArgumentException if it is of another network, or of more parts than are
   *     missing; nothing is changed then
   */
  public void include(PartialStep other) {
    checkState(added > 0 && stage != Stage.OVER, "expected a step with a part, which is not over");
    checkArgument(
        other.parts() == added && counted + added <= parts,
        "partial step: expected %s parts, and %s in all, got %s after %s",
        added,
        parts,
        other.parts(),
        counted);
    checkFits(other);
    INDArray sum = statistics == null ? ownStatistics() : statistics;
    statistics = sum.isEmpty() ? sum : sum.addi(other.statistics());
    gradient.addi(other.gradient());
    contributions = contributions.plus(other.contributions());
    scalars = scalars.plus(other.scalars());
    counted += other.parts();
    stage = Stage.SHARED;
  }

  /**
   * Takes the sum over all parts, this machine's among them, for what was added here.
   *
   * @param whole of all parts of the step; read; its gradient may be {@link #partial}'s own array
   * @throws IllegalArgumentException if it is of another network, or of fewer parts; nothing is
   *     changed then
   */
  public void replace(PartialStep whole) {
    check(Stage.ADDING, "replace");
    checkState(added > 0, "a step needs a part: expected add first");
    checkArgument(
        whole.parts() == parts,
        "partial step: expected all %s parts, got %s",
        parts,
        whole.parts());
    checkFits(whole);
    if (whole.gradient() != gradient) {
      gradient.assign(whole.gradient());
    }
    statistics = whole.statistics().dup();
    contributions = whole.contributions();
    scalars = whole.scalars();
    counted = parts;
    stage = Stage.SHARED;
  }

  /**
   * One optimiser step along the mean of the gradients, from the mean of the running statistics;
   * then the teacher's update, unless the loss has asked for it already, and {@link
   * StudentTeacherAlgorithm#afterStep}.
   *
   * @param learningRate of the optimiser step
   * @return the means over the parts; of a figure that only some parts have, over these
   * @throws IllegalStateException if parts are missing
   */
  public ImmutableMap<String, Double> finish(double learningRate) {
    checkState(stage != Stage.OVER, "the step is over: begin another");
    checkState(
        counted == parts, "expected all %s parts before the step's end, got %s", parts, counted);
    stage = Stage.OVER;
    if (parts > 1) {
      gradient.divi(parts);
      INDArray sum = statistics == null ? ownStatistics() : statistics;
      algorithm.statistics().set(sum.isEmpty() ? sum : sum.divi(parts));
      seeds.end(parts);
    }
    algorithm.close(this, batch, learningRate, contributions);
    return scalars.means();
  }

  /**
   * Ends the step without a change of any parameter that the student has learned; of a step in
   * several parts, the running statistics are again as at its beginning. A teacher that the loss
   * has updated already ({@link StepContext#updateTeacher}) stays so. Does nothing if the step is
   * over.
   */
  public void discard() {
    if (stage != Stage.OVER) {
      stage = Stage.OVER;
      if (parts > 1) {
        algorithm.statistics().restore();
      }
      algorithm.discard(this);
    }
  }

  private void checkFits(PartialStep other) {
    long parameters = gradient.length();
    long running = algorithm.statistics().length();
    checkArgument(
        other.gradient().length() == parameters && other.statistics().length() == running,
        "partial step: expected %s parameters and %s statistics, got %s and %s",
        parameters,
        running,
        other.gradient().length(),
        other.statistics().length());
  }

  /** A new array. */
  private INDArray ownStatistics() {
    return parts > 1 ? algorithm.statistics().sum() : algorithm.statistics().current();
  }

  private void check(Stage expected, String call) {
    checkState(
        stage == expected,
        stage == Stage.OVER
            ? "%s: the step is over: begin another"
            : "%s: not after include or replace",
        call);
  }
}
