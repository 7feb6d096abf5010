package dev.eman.benchmarks.bench;

import dev.eman.core.EmanException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/** Whether two contenders compute the same. */
final class Agreement {
  private static final double LOGITS = 1e-4;

  /** After some steps, in which rounding adds up. */
  private static final double LOSSES = 5e-3;

  private Agreement() {}

  /**
   * Compares logits of one inference.
   *
   * @throws EmanException if one differs by more than 1e-4 of the largest
   */
  static void checkLogits(String who, double[] ours, double[] theirs) {
    double largest = Arrays.stream(ours).map(Math::abs).max().orElse(0);
    check(who, "logits", ours, theirs, i -> LOGITS * largest);
  }

  /**
   * Compares the losses of some steps.
   *
   * @throws EmanException if one differs by more than 5e-3 of itself
   */
  static void checkLosses(String who, double[] ours, double[] theirs) {
    check(who, "losses", ours, theirs, i -> LOSSES * Math.abs(ours[i]));
  }

  private static void check(
      String who, String what, double[] ours, double[] theirs, IntToDoubleFunction tolerance) {
    if (ours.length != theirs.length) {
      throw differ(who, what, ours.length + " numbers", theirs.length + " numbers");
    }
    for (int i = 0; i < ours.length; i++) {
      if (!(Math.abs(ours[i] - theirs[i]) <= tolerance.applyAsDouble(i))) {
        throw differ(who, what + "[" + i + "]", text(ours[i]), text(theirs[i]));
      }
    }
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  private static EmanException differ(String who, String what, String ours, String theirs) {
    return new EmanException(
        String.format(
            Locale.ROOT,
            "%s of %s: expected %s as ours, got %s; contenders that compute different things"
                + " cannot be compared",
            what,
            who,
            ours,
            theirs));
  }
}
