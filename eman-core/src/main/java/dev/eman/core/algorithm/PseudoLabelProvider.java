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
  private static final OptionSpec<Double> LAMBDA_U =
      OptionSpec.number("lambda_u", 1).atLeast(0).describedAs("weight of the unlabelled loss");

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
        .addAll(own)
        .add(LAMBDA_U)
        .build();
  }

  @Override
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    TEACHER.checkEffect(options, set);
  }

  @Override
  public final StudentTeacherAlgorithm create(AlgorithmContext context) {
    return create(
        context,
        TEACHER.read(context).follow(context.student()).orElse(null),
        context.options().get(LAMBDA_U));
  }
}
