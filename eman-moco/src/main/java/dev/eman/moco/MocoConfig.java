package dev.eman.moco;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.Settings;

/**
 * What MoCo can be told.
 *
 * @param temperature T above 0: similarities are divided by it; 0.2 in version 2, 0.07 in version 1
 * @param queueSize keys of former batches that serve as negatives, at least 1; 65,536 in the paper
 * @param symmetric whether both views take turns as queries; the losses add up
 */
public record MocoConfig(double temperature, int queueSize, boolean symmetric) {
  /** Version 2's: temperature 0.2, 65,536 keys, one direction. */
  public static final MocoConfig DEFAULT = new MocoConfig(0.2, 65_536, false);

  /** Checks the ranges. */
  public MocoConfig {
    checkArgument(
        temperature > 0 && Double.isFinite(temperature),
        "temperature: expected above 0, got %s",
        temperature);
    checkArgument(queueSize > 0, "queue: expected at least 1, got %s", queueSize);
  }

  void checkBatch(long images) {
    checkArgument(
        images <= queueSize,
        "queue: expected at least the %s keys of a batch, got %s",
        images,
        queueSize);
  }

  static MocoConfig read(Settings settings) {
    return new MocoConfig(
        settings.number("temperature", DEFAULT.temperature),
        (int) Math.min(Integer.MAX_VALUE, settings.integer("queue", DEFAULT.queueSize)),
        settings.flag("symmetric", DEFAULT.symmetric));
  }
}
