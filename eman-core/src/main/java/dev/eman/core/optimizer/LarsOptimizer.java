package dev.eman.core.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.internal.FlatMath;
import dev.eman.core.internal.FlatMath.Norms;
import dev.eman.core.internal.FlatMath.Run;
import dev.eman.core.internal.FlatMath.SgdStep;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * LARS on a model's flat parameter vector, two passes over memory. With parameter p, gradient g,
 * momentum buffer v, learning rate γ:
 *
 * <pre>
 * d = g + λ p
 * d ← d · η ‖p‖ / ‖d‖     where both norms are above 0
 * v ← μ v + d
 * p ← p − γ v
 * </pre>
 *
 * <p>Parameters that do not adapt have {@code d = g}. Statistics are not touched.
 */
public final class LarsOptimizer implements Optimizer {
  private final Lars configuration;
  private final ImmutableList<Segment> adaptive;
  private final ImmutableList<Run> plain;
  private final long end;

  /**
   * Plans the passes over a flat vector.
   *
   * @param segments what the vector holds, in any order, without overlaps
   */
  public LarsOptimizer(Lars configuration, List<Segment> segments) {
    this.configuration = configuration;
    this.end = SgdOptimizer.checkDisjoint(SgdOptimizer.sorted(segments));
    ImmutableList.Builder<Segment> adaptive = ImmutableList.builder();
    List<Run> plain = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.trainable() && segment.length() > 0) {
        if (configuration.adapts(segment)) {
          adaptive.add(segment);
        } else {
          plain.add(new Run(segment.offset(), segment.length(), 0));
        }
      }
    }
    this.adaptive = adaptive.build();
    this.plain = FlatMath.split(plain);
  }

  @Override
  public void stepInPlace(
      INDArray parameters, INDArray gradient, INDArray momentumBuffer, double learningRate) {
    SgdOptimizer.checkLearningRate(learningRate);
    checkArgument(
        parameters.length() >= end,
        "parameters: expected at least the [%s] of the segments, got [%s]",
        end,
        parameters.length());
    double decay = configuration.weightDecay();
    List<Run> runs = new ArrayList<>();
    for (Segment segment : adaptive) {
      Run whole = new Run(segment.offset(), segment.length(), decay);
      Norms norms = FlatMath.norms(parameters, gradient, whole);
      double scale =
          norms.parameters() > 0 && norms.gradient() > 0
              ? configuration.trustCoefficient() * norms.parameters() / norms.gradient()
              : 1;
      runs.add(new Run(segment.offset(), segment.length(), scale * decay, scale));
    }
    List<Run> pieces = new ArrayList<>(FlatMath.split(runs));
    pieces.addAll(plain);
    FlatMath.sgdStepInPlace(
        parameters,
        gradient,
        momentumBuffer,
        new SgdStep(learningRate, configuration.momentum(), false),
        pieces);
  }

  /** The configuration this optimiser was made with. */
  public Lars configuration() {
    return configuration;
  }
}
