package dev.eman.train.fit;

import com.google.common.collect.ImmutableList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What was chosen and why, in five lines. */
final class FitText {
  private FitText() {}

  /**
   * The lines.
   *
   * @param before the length of what comes first; null if nothing does
   */
  static ImmutableList<String> lines(
      DataFacts data,
      double referenceMs,
      FitChoice choice,
      @Nullable FitPlan before,
      FitPlan plan,
      double minutes) {
    int processors = Runtime.getRuntime().availableProcessors();
    FitChoice.Method method = choice.method();
    FitChoice.Method first = before == null ? null : choice.before();
    return ImmutableList.of(
        "images: " + data,
        String.format(
            Locale.ROOT,
            "machine: %d %s, %.2f ms to learn from a reference image, %.3g s a step of what"
                + " was chosen",
            processors,
            processors == 1 ? "processor" : "processors",
            referenceMs,
            plan.stepSeconds()),
        String.format(
            Locale.ROOT,
            "method: %s%s: %s%s",
            first == null ? "" : first.algorithm() + ", then ",
            method.algorithm(),
            choice.why(),
            first == null
                ? ""
                : "; with so few labels it learns without them first, half of the time"),
        String.format(
            Locale.ROOT,
            "network: %s at %d pixels: %s",
            choice.backbone(),
            choice.size(),
            choice.whyNetwork()),
        String.format(
            Locale.ROOT,
            "schedule: %s%,d steps of %s, rate %.3g (%s), %d evaluation%s and the report, about"
                + " %.1f of %.1f minutes in all",
            before == null || first == null
                ? ""
                : String.format(
                    Locale.ROOT, "%,d steps of %s, then ", before.steps(), images(first)),
            plan.steps(),
            images(method),
            method.learningRate(),
            method.schedule().name().toLowerCase(Locale.ROOT),
            plan.evaluations(),
            plan.evaluations() == 1 ? "" : "s",
            (plan.seconds() + (before == null ? 0 : before.seconds())) / 60,
            minutes));
  }

  private static String images(FitChoice.Method method) {
    return switch (method.views()) {
      case NONE -> method.batch() + " labelled images";
      case TWO -> method.batch() + " images without labels";
      case WEAK_AND_STRONG ->
          String.format(
              Locale.ROOT,
              "%d labelled and %d unlabelled images",
              method.batch(),
              method.batch() * method.mu());
    };
  }
}
