package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.data.Batch;

/** How a trainer makes a step of a batch: whole, in parts, or over several devices. */
@FunctionalInterface
public interface TrainingStep {
  /**
   * One step.
   *
   * @return the scalars of {@link StudentTeacherAlgorithm#step(Batch, double)}
   */
  ImmutableMap<String, Double> run(Batch batch, double learningRate);
}
