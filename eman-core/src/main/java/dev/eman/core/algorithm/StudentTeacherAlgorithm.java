package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import dev.eman.core.NonFiniteException;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ClassWeights;
import dev.eman.core.model.GradientListener;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.GraphParts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The base class of all algorithms. An algorithm says what its loss is, in {@link #computeLoss};
 * {@link #step} does the rest, always in this order:
 *
 * <ol>
 *   <li>{@link #beforeStep};
 *   <li>{@code computeLoss}: the teacher sees views in inference mode, the student in training
 *       mode;
 *   <li>the student's backward pass with the gradients that came back;
 *   <li>(both again for each further pass, and for each further part of the batch)
 *   <li>one optimiser step of the student;
 *   <li>the teacher's update, unless the loss has asked for it already;
 *   <li>{@link #afterStep}.
 * </ol>
 *
 * <p>Methods without labels, with several views, with heads of their own and with a state of their
 * own fit: {@code eman-moco} has a queue of keys, {@code eman-byol} two passes a step and a
 * predictor that the teacher lacks. {@link GradientStep} is the same step taken apart, for several
 * devices or machines.
 */
public abstract class StudentTeacherAlgorithm {
  private final Student student;
  private final @Nullable Teacher teacher;
  private final @Nullable TeacherUpdate update;
  // Apart, since the student's input must last until its backward pass.
  private final StepContext.Joiner studentInput = new StepContext.Joiner();
  private final StepContext.Joiner teacherInput = new StepContext.Joiner();
  private long steps;
  private boolean teacherUpdated;
  private @Nullable StatisticsAverage statistics;
  private @Nullable GradientStep open;
  private final LabelWeights labelWeights = new LabelWeights();

  /**
   * An algorithm with a teacher.
   *
   * @param update between exactly this student and teacher
   */
  protected StudentTeacherAlgorithm(Student student, Teacher teacher, TeacherUpdate update) {
    this(student, new TeacherSettings.Pair(teacher, update));
  }

  /** An algorithm without a teacher. */
  protected StudentTeacherAlgorithm(Student student) {
    this(student, null);
  }

  /**
   * An algorithm with a teacher or without.
   *
   * @param pair the teacher of exactly this student, and its update; null without
   */
  protected StudentTeacherAlgorithm(Student student, TeacherSettings.@Nullable Pair pair) {
    checkArgument(
        pair == null || pair.update().connects(student, pair.teacher()),
        "teacher update: expected one between this student and this teacher");
    this.student = student;
    this.teacher = pair == null ? null : pair.teacher();
    this.update = pair == null ? null : pair.update();
  }

  /**
   * The loss of one pass. Runs the student once, through {@link StepContext#student}, and the
   * teacher as often as it likes; gradients flow into the student alone.
   *
   * @return the value, its parts, and one gradient per output of the student
   */
  protected abstract LossTerms computeLoss(StepContext context);

  /**
   * How many times {@link #computeLoss} is called per step; the gradients add up. More than one for
   * methods with several training passes of the student, as BYOL's two.
   */
  protected int passes() {
    return 1;
  }

  /**
   * What the algorithm must remember between steps besides student and teacher, such as a queue of
   * keys: by name, without line breaks, in any order, arrays of its own that a checkpoint saves and
   * overwrites in place. So it returns the very arrays that it keeps in fields, not new ones at
   * each call, not even new views.
   *
   * <p>It changes in {@link #afterStep} alone, by what the passes have contributed with {@link
   * StepContext#contribute}. So all parts of a batch see the same state, and it is the same
   * whichever device they run on.
   */
  protected Map<String, INDArray> state() {
    return ImmutableMap.of();
  }

  /**
   * For checkpoints: {@link #state}, ordered by name. The order of a {@code Map.of} differs between
   * JVMs, while equal states must be equal bytes.
   *
   * @throws IllegalStateException if {@code state} returns other arrays at each call, or a name has
   *     a line break
   */
  public final Map<String, INDArray> savedState() {
    Map<String, INDArray> again = state();
    ImmutableSortedMap<String, INDArray> state = ImmutableSortedMap.copyOf(state());
    state.forEach(
        (name, array) -> {
          checkState(
              name.indexOf('\n') < 0,
              "state of %s: expected names without line breaks, got \"%s\"",
              getClass().getSimpleName(),
              name.replace("\n", "\\n"));
          checkState(
              again.get(name) == array,
              "state of %s: expected the same array \"%s\" at each call, as what is restored is"
                  + " written into it, got another one; keep the array in a field and return that",
              getClass().getSimpleName(),
              name);
        });
    return state;
  }

  /**
   * Called before the first pass, on each device; does nothing unless overridden.
   *
   * @param batch of the step, or what this machine has of it
   */
  protected void beforeStep(Batch batch) {}

  /**
   * Called after the teacher's update; does nothing unless overridden. The place to change {@link
   * #state}.
   *
   * @param batch as in {@link #beforeStep}
   * @param contributions of all parts of the batch, wherever they ran
   */
  protected void afterStep(Batch batch, Contributions contributions) {}

  /**
   * One training step.
   *
   * @param batch the images; read
   * @param learningRate of the optimiser step
   * @return the scalars of {@link LossTerms} and {@code "loss"}, the total; of several passes the
   *     sums
   * @throws NonFiniteLossException when a loss, or a layer's batch statistics, are NaN or infinite;
   *     no learned parameter was changed, though running statistics may have moved
   * @throws NonFiniteException when a metric alone is, likewise
   */
  public final ImmutableMap<String, Double> step(Batch batch, double learningRate) {
    return step(batch, 1, learningRate);
  }

  /**
   * One training step over parts of a batch, one after the other, for memory that does not hold all
   * of it: the gradient is the mean of the parts' gradients. Each part normalises with its own
   * statistics; the running statistics move once, to the mean of where each part would have moved
   * them. {@link DataParallel} does the same arithmetic on several devices. Where the loss asks for
   * the teacher's update ({@link StepContext#updateTeacher}), this takes the statistics from before
   * the step.
   *
   * @param batch its labelled and its unlabelled images must each divide into the parts
   * @param parts at least 1
   * @param learningRate of the optimiser step
   * @return the means over the parts; of a figure that only some parts have, over these
   */
  public final ImmutableMap<String, Double> step(Batch batch, int parts, double learningRate) {
    List<Batch> all = batch.split(parts);
    GradientStep step = GradientStep.begin(this, batch, parts);
    all.forEach(step::add);
    return step.finish(learningRate);
  }

  final void open(GradientStep step, Batch batch) {
    checkState(open == null, "a step has been begun: expected its finish or discard first");
    beforeStep(batch);
    open = step;
    teacherUpdated = false;
  }

  /** Steps along the gradient as it is. */
  final void close(
      GradientStep step, Batch batch, double learningRate, Contributions contributions) {
    checkState(open == step, "the step is not the one that was begun last");
    open = null;
    student.step(learningRate);
    updateTeacherOnce();
    steps++;
    afterStep(batch, contributions);
  }

  final void discard(GradientStep step) {
    if (open == step) {
      open = null;
      student.discardGradient();
    }
  }

  /** Takes another's weights, statistics, state, number of steps and class weights. */
  final void follow(StudentTeacherAlgorithm other) {
    student.parameters().vector().assign(other.student.parameters().vector());
    student.parametersChanged();
    if (teacher != null && other.teacher != null) {
      teacher.parameters().vector().assign(other.teacher.parameters().vector());
      teacher.parametersChanged();
    }
    if (update != null && other.update != null) {
      update.setUpdates(other.update.updates());
    }
    Map<String, INDArray> theirs = other.state();
    savedState().forEach((name, array) -> array.assign(requireNonNull(theirs.get(name), name)));
    steps = other.steps;
    labelWeights.follow(other.labelWeights);
  }

  final StatisticsAverage statistics() {
    if (statistics == null) {
      statistics = new StatisticsAverage(student.parameters());
    }
    return statistics;
  }

  /** The forward and backward passes over one part of a batch. */
  final Map<String, Double> addGradient(
      Batch batch, GradientStep step, @Nullable GradientListener listener) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    for (int pass = 0; pass < passes(); pass++) {
      StepContext context = new StepContext(this, step, batch, pass);
      LossTerms terms;
      try {
        terms = computeLoss(context);
      } catch (NonFiniteException e) {
        throw new NonFiniteLossException(steps, e);
      }
      checkState(context.studentRan(), "computeLoss did not run the student");
      terms.checkFinite(steps);
      if (listener != null && pass == passes() - 1) {
        student.backwardLast(listener, terms.gradientArray());
      } else {
        student.backward(terms.gradientArray());
      }
      scalars.merge(LossTerms.TOTAL, terms.total(), Double::sum);
      terms.scalars().forEach((name, value) -> scalars.merge(name, value, Double::sum));
    }
    student.endPart();
    labelWeights.check(this);
    return scalars;
  }

  /** The network that learns. */
  public final Student student() {
    return student;
  }

  /** The network that follows, or null. */
  public final @Nullable Teacher teacher() {
    return teacher;
  }

  /** The teacher's update, or null. */
  public final @Nullable TeacherUpdate teacherUpdate() {
    return update;
  }

  /**
   * Sets how much the labels of each class weigh in the supervised loss, which {@link
   * StepContext#labelWeights} gives to {@link #computeLoss}. Of a batch in parts, each part's loss
   * is divided by the sum of its own labels' weights.
   *
   * @param weights one for each class; null for the mean over all labels
   * @throws IllegalArgumentException if no output of the student has as many units, as far as their
   *     widths are known
   */
  public final void setClassWeights(@Nullable ClassWeights weights) {
    if (weights != null) {
      List<Integer> widths = GraphParts.outputWidths(student.graph());
      checkArgument(
          widths.isEmpty() || widths.contains(weights.classes()),
          "class weights: expected one for each class, as many as an output of the student has"
              + " units %s, got %s",
          widths,
          weights.classes());
    }
    labelWeights.set(weights);
  }

  final LabelWeights labelWeights() {
    return labelWeights;
  }

  /** The number of steps done. */
  public final long steps() {
    return steps;
  }

  /** Sets the number of steps done, when training is resumed. */
  public final void setSteps(long steps) {
    checkArgument(steps >= 0, "steps: expected at least 0, got %s", steps);
    this.steps = steps;
  }

  final INDArray joinForStudent(INDArray... images) {
    return studentInput.join(images);
  }

  final INDArray joinForTeacher(INDArray... images) {
    return teacherInput.join(images);
  }

  /**
   * Amid the passes of a step in several parts, the teacher moves towards the statistics that the
   * step began with: the other parts, which may run elsewhere, do not know where this one has moved
   * them.
   */
  final void updateTeacherOnce() {
    if (!teacherUpdated && update != null) {
      if (open != null && open.isOnePartOfSeveral()) {
        statistics().atStart(update::apply);
      } else {
        update.apply();
      }
      teacherUpdated = true;
    }
  }
}
