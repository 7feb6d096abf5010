package dev.eman.similarity.simmatch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;
import dev.eman.similarity.SimilarityConfig;

/**
 * SimMatch's configuration.
 *
 * @param common threshold and weight of the classes' loss, alignment, first step
 * @param lambdaIn λ_in, at least 0: the weight of the instances' loss
 * @param teacherTemperature T above 0 of the weak views' similarities
 * @param studentTemperature T above 0 of the strong views' similarities
 * @param semanticShare α in [0, 1]: the prediction's part in a target, of which the rest is what
 *     the classes of neighbours say
 * @param bankMomentum m in [0, 1]: an entry of the bank becomes {@code m} times itself and {@code 1
 *     − m} times the image's new embedding, of length 1; 0 for the new embedding alone
 */
public record SimMatchConfig(
    SimilarityConfig common,
    double lambdaIn,
    double teacherTemperature,
    double studentTemperature,
    double semanticShare,
    double bankMomentum) {
  private static final SimilarityConfig.Options COMMON =
      SimilarityConfig.Options.of("0.7 on ImageNet", 256, "when the bank has seen all labels");
  private static final OptionSpec<Double> LAMBDA_IN =
      OptionSpec.number("lambda_in", 1)
          .atLeast(0)
          .describedAs("weight of the instances' loss; 5 on ImageNet");
  private static final OptionSpec<Double> TEACHER_TEMPERATURE =
      OptionSpec.number("teacher_temperature", 0.1)
          .above(0)
          .describedAs("similarities of weak views are divided by it");
  private static final OptionSpec<Double> STUDENT_TEMPERATURE =
      OptionSpec.number("student_temperature", 0.1)
          .above(0)
          .describedAs("similarities of strong views are divided by it");
  private static final OptionSpec<Double> SEMANTIC_SHARE =
      OptionSpec.number("semantic_share", 0.9)
          .between(0, 1)
          .describedAs("part of the prediction in a target; the neighbours have the rest");
  private static final OptionSpec<Double> BANK_MOMENTUM =
      OptionSpec.number("bank_momentum", 0)
          .between(0, 1)
          .describedAs(
              "momentum of an image's embedding in memory; 0.7 is usual without a teacher");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.<OptionSpec<?>>builder()
          .addAll(COMMON.list())
          .add(LAMBDA_IN, TEACHER_TEMPERATURE, STUDENT_TEMPERATURE, SEMANTIC_SHARE, BANK_MOMENTUM)
          .build();

  /** Checks the ranges. */
  public SimMatchConfig {
    checkArgument(lambdaIn >= 0, "lambda_in: expected at least 0, got %s", lambdaIn);
    checkArgument(
        teacherTemperature > 0,
        "teacher_temperature: expected above 0, got %s",
        teacherTemperature);
    checkArgument(
        studentTemperature > 0,
        "student_temperature: expected above 0, got %s",
        studentTemperature);
    checkArgument(
        semanticShare >= 0 && semanticShare <= 1,
        "semantic_share: expected [0, 1], got %s",
        semanticShare);
    checkArgument(
        bankMomentum >= 0 && bankMomentum <= 1,
        "bank_momentum: expected [0, 1], got %s",
        bankMomentum);
  }

  static SimMatchConfig read(AlgorithmOptions options) {
    return new SimMatchConfig(
        COMMON.read(options),
        options.get(LAMBDA_IN),
        options.get(TEACHER_TEMPERATURE),
        options.get(STUDENT_TEMPERATURE),
        options.get(SEMANTIC_SHARE),
        options.get(BANK_MOMENTUM));
  }
}
