package dev.eman.core.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns at the end of an epoch if an unlabelled loss or a mask rate was zero throughout: the
 * unlabelled images taught the student nothing.
 */
public final class IdleLossWarning implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(IdleLossWarning.class);
  private static final List<String> WATCHED = List.of("mask_rate", "loss_u", "consistency");

  private final long stepsPerEpoch;
  private final Consumer<String> warn;
  private final Set<String> moved = new HashSet<>();
  private final Set<String> seen = new HashSet<>();
  private long steps;

  /**
   * A listener that logs its warnings.
   *
   * @param stepsPerEpoch steps in which each unlabelled image is seen once, at least 1
   */
  public IdleLossWarning(long stepsPerEpoch) {
    this(stepsPerEpoch, LOG::warn);
  }

  IdleLossWarning(long stepsPerEpoch, Consumer<String> warn) {
    this.warn = warn;
    checkArgument(stepsPerEpoch > 0, "steps: expected at least 1, got %s", stepsPerEpoch);
    this.stepsPerEpoch = stepsPerEpoch;
  }

  @Override
  public void onStep(StepReport report) {
    for (Map.Entry<String, Double> scalar : report.scalars().entrySet()) {
      if (WATCHED.contains(scalar.getKey())) {
        seen.add(scalar.getKey());
        if (scalar.getValue() != 0) {
          moved.add(scalar.getKey());
        }
      }
    }
    if (++steps % stepsPerEpoch == 0) {
      seen.removeAll(moved);
      if (!seen.isEmpty()) {
        warn.accept(
            String.format(
                Locale.ROOT,
                "step %d: %s stayed at zero for a whole epoch; the images without labels teach"
                    + " nothing yet. Lower the threshold, or train longer before you judge",
                report.step(),
                String.join(" and ", seen.stream().sorted().toList())));
      }
      moved.clear();
      seen.clear();
    }
  }
}
