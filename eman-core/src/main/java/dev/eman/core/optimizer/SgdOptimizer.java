package dev.eman.core.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.internal.FlatMath;
import dev.eman.core.internal.FlatMath.Run;
import dev.eman.core.internal.FlatMath.SgdStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arithmetic of {@code torch.optim.SGD} on a model's flat parameter vector, one pass over
 * memory. With parameter p, gradient g, momentum buffer v, and λ = 0 for what does not decay:
 *
 * <pre>
 * d = g + λ p
 * v ← μ v + d
 * p ← p − η (nesterov ? d + μ v : v)
 * </pre>
 *
 * <p>The momentum buffer is the caller's, zeros before the first step, so that a checkpoint can
 * hold it. Statistics, and elements that no segment covers, are not touched, neither in the
 * parameters nor in the buffer. The optimiser itself has no state and may serve several threads.
 */
public final class SgdOptimizer implements Optimizer {
  private final Sgd configuration;
  private final ImmutableList<Run> runs;
  private final long end;

  /**
   * Plans the pass over a flat vector.
   *
   * @param configuration momentum and weight decay
   * @param segments what the vector holds, in any order, without overlaps
   */
  public SgdOptimizer(Sgd configuration, List<Segment> segments) {
    this.configuration = configuration;
    List<Segment> sorted = sorted(segments);
    this.end = checkDisjoint(sorted);
    this.runs = FlatMath.split(merge(sorted, configuration));
  }

  /**
   * One step.
   *
   * @param parameters {@code [n]} or {@code [1, n]}, float32 or float64, adjacent elements; mutated
   * @param gradient {@code [n]}, dtype of the parameters; read
   * @param momentumBuffer {@code [n]}, dtype of the parameters, zeros before the first step;
   *     mutated, unless μ is 0
   * @param learningRate η ≥ 0
   */
  @Override
  public void stepInPlace(
      INDArray parameters, INDArray gradient, INDArray momentumBuffer, double learningRate) {
    checkLearningRate(learningRate);
    checkArgument(
        parameters.length() >= end,
        "parameters: expected at least the [%s] of the segments, got [%s]",
        end,
        parameters.length());
    SgdStep step = new SgdStep(learningRate, configuration.momentum(), configuration.nesterov());
    FlatMath.sgdStepInPlace(parameters, gradient, momentumBuffer, step, runs);
  }

  /** The configuration this optimiser was made with. */
  public Sgd configuration() {
    return configuration;
  }

  static void checkLearningRate(double learningRate) {
    checkArgument(
        learningRate >= 0 && Double.isFinite(learningRate),
        "learningRate: expected at least 0, got %s",
        learningRate);
  }

  static List<Segment> sorted(List<Segment> segments) {
    List<Segment> sorted = new ArrayList<>(segments);
    sorted.sort(Comparator.comparingLong(Segment::offset));
    return sorted;
  }

  /** Returns where the last one ends. */
  static long checkDisjoint(List<Segment> sorted) {
    long end = 0;
    for (Segment segment : sorted) {
      checkArgument(
          segment.offset() >= end,
          "segment %s: expected to begin at %s or later, got %s",
          segment.name(),
          end,
          segment.offset());
      end = segment.offset() + segment.length();
    }
    return end;
  }

  /** Joins neighbours that are treated alike, and drops what is not trainable. */
  private static List<Run> merge(List<Segment> sorted, Sgd configuration) {
    List<Run> runs = new ArrayList<>();
    for (Segment segment : sorted) {
      if (segment.trainable()) {
        double decay = configuration.decays(segment) ? configuration.weightDecay() : 0;
        runs.add(new Run(segment.offset(), segment.length(), decay));
      }
    }
    return FlatMath.join(runs);
  }
}
