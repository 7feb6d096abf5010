package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.option.OptionSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Provides a method of FixMatch's family by name: its views, teacher and λ_u are the family's, so
 * that a method adds its own options and its rule.
 */
public abstract class PseudoLabelProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.WARMUP, 0.999);
  private static final OptionSpec<Labeler> PSEUDO_LABELS =
      OptionSpec.choice("pseudo_labels", Labeler.TEACHER)
          .describedAs("whose predictions they are; with student a teacher is only evaluated");
  private static final OptionSpec<Double> LAMBDA_U =
      OptionSpec.number("lambda_u", 1).atLeast(0).describedAs("weight of the unlabelled loss");

  /** Whose predictions for weak views are the labels of strong ones. */
  private enum Labeler {
    TEACHER,
    STUDENT
  }

  private final String name;
  private final String description;
  private final ImmutableList<OptionSpec<?>> own;

  /**
   * A provider.
   *
   * @param name as {@link AlgorithmProvider#name}
   * @param description as {@link AlgorithmProvider#description}
   * @param own the method's options besides the family's
   */
  protected PseudoLabelProvider(String name, String description, ImmutableList<OptionSpec<?>> own) {
    this.name = name;
    this.description = description;
    this.own = own;
  }

  /**
   * Makes the method.
   *
   * @param context with the student, all options, and the run's figures
   * @param pair the student's teacher; null without
   * @param lambdaU the weight of the unlabelled loss
   */
  protected abstract PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String description() {
    return description;
  }

  @Override
  public final ImmutableList<View> views() {
    return ImmutableList.of(View.WEAK, View.STRONG);
  }

  @Override
  public final ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder()
        .addAll(TEACHER.list())
        .add(PSEUDO_LABELS)
        .addAll(own)
        .add(LAMBDA_U)
        .build();
  }

  @Override
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    TEACHER.checkEffect(options, set);
    boolean some = options.get(TEACHER.teacher()) != TeacherMode.NONE;
    options.requireEffect(set, PSEUDO_LABELS, some, "teacher=ema or teacher=eman");
  }

  @Override
  public final StudentTeacherAlgorithm create(AlgorithmContext context) {
    TeacherSettings.Pair pair = TEACHER.read(context).follow(context.student()).orElse(null);
    boolean follows = context.options().get(PSEUDO_LABELS) == Labeler.STUDENT;
    return create(
        context,
        pair != null && follows ? pair.withoutLabels() : pair,
        context.options().get(LAMBDA_U));
  }
}
