package dev.eman.train.fit;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.train.fit.FitChoice.Method;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which {@link Fit} lets a network learn without labels before it learns with them, by
 * MoCo with an EMAN teacher, on the network and image size that were chosen anyway.
 *
 * <p>FixMatch-EMAN with 400 labels among 20,000 images was 5.5 points better after 15 passes of
 * MoCo-EMAN (2,400 steps of 128 images) than from random weights, with 1,000 steps either way
 * (docs/results.md, "From MoCo to FixMatch"). The limits keep to what was measured there: no fewer
 * passes and steps, and labels that are as few, within a factor of about two.
 */
final class FirstRules {
  /** Of the time. */
  static final double SHARE = 0.5;

  /** Images among which neighbours are searched when its features are measured. */
  static final int BANK = 2_000;

  private static final long FEWEST_PASSES = 15;
  private static final long FEWEST_STEPS_AFTER = 1_000;
  private static final int FEWEST_IMAGES = 1_000;
  private static final long LEAST_UNLABELED_RATIO = 20;
  private static final long MOST_LABELS_OF_A_CLASS = 100;

  private FirstRules() {}

  /**
   * Decides whether to learn without labels first.
   *
   * @param choice of FixMatch
   * @param training seconds for all steps
   * @return the choice, with what comes before it if anything does
   */
  static FitChoice decide(FitChoice choice, DataFacts data, double msPerImage, double training) {
    if (data.images() < FEWEST_IMAGES
        || data.unlabeled() < LEAST_UNLABELED_RATIO * data.labeled()
        || data.labeled() > MOST_LABELS_OF_A_CLASS * data.classes()) {
      return choice;
    }
    Method before = FitRules.method(FitRules.WITHOUT_LABELS, data);
    long steps = FitRules.steps(choice.with(before), msPerImage, training * SHARE);
    long after = FitRules.steps(choice, msPerImage, training * (1 - SHARE));
    return isEnough(steps, before, data) && after >= FEWEST_STEPS_AFTER
        ? choice.after(before)
        : choice;
  }

  private static boolean isEnough(long steps, Method before, DataFacts data) {
    return steps * before.batch() >= FEWEST_PASSES * data.images();
  }

  /**
   * How long to learn without labels first.
   *
   * @param choice of what comes first
   * @param stepSeconds measured time of a step of it, above 0
   * @param seconds for all of the fit
   * @return null if the steps take so long that there would be too few
   */
  static @Nullable FitPlan plan(
      FitChoice choice, DataFacts data, double stepSeconds, double seconds) {
    checkArgument(stepSeconds > 0, "step: expected above 0 s, got %s", stepSeconds);
    Method method = choice.method();
    double step = stepSeconds * FitRules.SLACK;
    double perImage = FitChoice.FORWARD * step / method.imagesPerStep();
    double evaluation =
        perImage * method.networks() * (Math.min(BANK, data.images()) + (double) data.test());
    double closing =
        FitRules.CLOSING_SECONDS
            + perImage * Math.min(FitRules.CLOSING_IMAGES, data.images() + data.test());
    long steps = (long) Math.floor((seconds * SHARE - closing - evaluation) / step);
    if (!isEnough(steps, method, data)) {
      return null;
    }
    long most = FitRules.MOST_PASSES * data.images() / method.batch();
    return new FitPlan(Math.min(steps, most), most, 1, step, evaluation, closing);
  }
}
