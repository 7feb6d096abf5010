package dev.eman.fixmatch;

import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelRule;
import dev.eman.core.algorithm.PseudoLabels;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import org.jspecify.annotations.Nullable;

/**
 * Confident predictions for weak views become the labels of strong views of the same images:
 *
 * <p>{@code L = H(y, p(x)) + λ_u / (μB) Σ 1[max q ≥ τ] H(argmax q, p(strong))}, with {@code q} the
 * teacher's prediction for the weak view, or without a teacher the student's own in the same
 * forward pass.
 *
 * <p>Sohn et al. 2020 (arXiv 2001.07685); with a teacher Cai et al. 2021 (arXiv 2101.08482),
 * section 3.3. Needs two views: weak, strong. The simplest rule of its family, whose others are in
 * the packages below this one.
 */
public final class FixMatch extends PseudoLabelAlgorithm {
  private final PseudoLabelRule rule;

  /** FixMatch with a teacher: EMAN, or the EMA baseline. */
  public FixMatch(Student student, Teacher teacher, TeacherUpdate update, FixMatchConfig config) {
    this(student, new TeacherSettings.Pair(teacher, update), config);
  }

  /** The original FixMatch, without a teacher. */
  public FixMatch(Student student, FixMatchConfig config) {
    this(student, null, config);
  }

  FixMatch(Student student, TeacherSettings.@Nullable Pair pair, FixMatchConfig config) {
    super(student, pair, config.lambdaU());
    this.rule = config.rule();
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    return rule.label(predictions);
  }
}
