package dev.eman.core.train;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How long to train, and how often to look.
 *
 * @param steps in all, at least 1
 * @param evaluateEvery steps; also at the end; 0 for at the end alone
 * @param checkpointEvery steps; also at the end; 0 for at the end alone
 * @param seed of what networks draw while they train, such as dropout
 */
public record TrainingConfig(long steps, long evaluateEvery, long checkpointEvery, long seed) {
  /** Checks the ranges. */
  public TrainingConfig {
    checkArgument(steps > 0, "steps: expected at least 1, got %s", steps);
    checkArgument(
        evaluateEvery >= 0 && checkpointEvery >= 0,
        "evaluate and checkpoint every: expected at least 0, got %s and %s",
        evaluateEvery,
        checkpointEvery);
  }

  boolean evaluatesAfter(long step) {
    return step == steps || (evaluateEvery > 0 && step % evaluateEvery == 0);
  }

  boolean savesAfter(long step) {
    return step == steps || (checkpointEvery > 0 && step % checkpointEvery == 0);
  }
}
