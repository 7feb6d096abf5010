package dev.eman.core.train;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.eval.EmbeddingSpread;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns when embeddings collapse: when {@link EmbeddingSpread} has stayed below a tenth of that of
 * evenly spread directions, {@code 0.1/√D}, for 20 steps in a row. It warns again only after the
 * spread has recovered.
 */
public final class CollapseWarning implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(CollapseWarning.class);
  private static final double LEAST_PART = 0.1;
  private static final int PATIENCE = 20;

  private final double even;
  private final Consumer<String> warn;
  private int low;

  /**
   * A listener that logs its warnings.
   *
   * @param dimension D of the embeddings, at least 1
   */
  public CollapseWarning(int dimension) {
    this(dimension, LOG::warn);
  }

  CollapseWarning(int dimension, Consumer<String> warn) {
    checkArgument(dimension > 0, "dimension: expected at least 1, got %s", dimension);
    this.even = 1 / Math.sqrt(dimension);
    this.warn = warn;
  }

  @Override
  public void onStep(StepReport report) {
    Double spread = report.scalars().get(EmbeddingSpread.METRIC);
    if (spread == null) {
      return;
    }
    if (spread >= LEAST_PART * even) {
      low = 0;
      return;
    }
    if (++low == PATIENCE) {
      warn.accept(
          String.format(
              Locale.ROOT,
              "step %d: the embeddings collapse: their standard deviation has been below %.2g for"
                  + " %d steps (%.2g now; %.2g when spread evenly), so all images look alike to the"
                  + " network. Warm the learning rate up or lower it, fit teacher_momentum (and MoCo's"
                  + " queue) to the run's length, or look at the augmentation"
                  + " (a short run's first steps may recover by themselves)",
              report.step(),
              LEAST_PART * even,
              PATIENCE,
              spread,
              even));
    }
  }
}
