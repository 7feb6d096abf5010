package dev.eman.moco.ressl;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;
import dev.eman.moco.internal.QueueSize;
import dev.eman.moco.internal.ShuffledGroups;

/**
 * ReSSL's configuration.
 *
 * @param studentTemperature τₛ above 0: the student's similarities are divided by it; 0.1 in the
 *     paper
 * @param teacherTemperature τₜ above 0, the same for the teacher; below τₛ, so that the target is
 *     the sharper one: 0.04 in the paper
 * @param queueSize number of the teacher's past embeddings that images are related to, at least 1;
 *     131,072 on ImageNet, 4,096 on CIFAR
 * @param shuffleGroups number of groups that a batch is normalised in, at least 1: the student's in
 *     order, those of a teacher that normalises with its batch shuffled, as the published program
 *     does over 8 devices; 1 for neither
 */
public record ResslConfig(
    double studentTemperature, double teacherTemperature, int queueSize, int shuffleGroups) {
  /** The paper's on ImageNet: 0.1, 0.04, 131,072 embeddings, no groups. */
  public static final ResslConfig DEFAULT = new ResslConfig(0.1, 0.04, 131_072, 1);

  private static final OptionSpec<Double> STUDENT_TEMPERATURE =
      OptionSpec.number("student_temperature", DEFAULT.studentTemperature)
          .above(0)
          .describedAs("the student's similarities are divided by it");
  private static final OptionSpec<Double> TEACHER_TEMPERATURE =
      OptionSpec.number("teacher_temperature", DEFAULT.teacherTemperature)
          .above(0)
          .describedAs("the teacher's are divided by it; below the student's, a sharper target");
  private static final OptionSpec<Long> QUEUE =
      QueueSize.option(
          DEFAULT.queueSize, "number of past embeddings to relate images to; 4096 for CIFAR");
  private static final OptionSpec<Long> SHUFFLE_GROUPS = ShuffledGroups.option();
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(STUDENT_TEMPERATURE, TEACHER_TEMPERATURE, QUEUE, SHUFFLE_GROUPS);

  /** Checks the ranges. */
  public ResslConfig {
    checkTemperature("student_temperature", studentTemperature);
    checkTemperature("teacher_temperature", teacherTemperature);
    QueueSize.check(queueSize);
    ShuffledGroups.check(shuffleGroups);
  }

  private static void checkTemperature(String name, double value) {
    checkArgument(value > 0 && Double.isFinite(value), "%s: expected above 0, got %s", name, value);
  }

  static ResslConfig read(AlgorithmOptions options) {
    return new ResslConfig(
        options.get(STUDENT_TEMPERATURE),
        options.get(TEACHER_TEMPERATURE),
        Math.toIntExact(options.get(QUEUE)),
        Math.toIntExact(options.get(SHUFFLE_GROUPS)));
  }
}
