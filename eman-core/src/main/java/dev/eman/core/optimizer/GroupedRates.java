package dev.eman.core.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Different learning rates for head and backbone, for fine-tuning: the parameters of the named
 * vertices take the step's learning rate, all others a multiple of it.
 *
 * @param optimizer of both groups
 * @param head names of vertices with parameters, such as {@code fc}, at least one; copied
 * @param backboneFactor at least 0; multiplies the learning rate of all other parameters; 0 freezes
 *     them
 */
public record GroupedRates(
    OptimizerConfiguration optimizer, Set<String> head, double backboneFactor)
    implements OptimizerConfiguration {

  public GroupedRates {
    head = Set.copyOf(head);
    checkArgument(
        backboneFactor >= 0 && Double.isFinite(backboneFactor),
        "backboneFactor: expected at least 0, got %s",
        backboneFactor);
  }

  @Override
  public Optimizer create(List<Segment> segments) {
    List<Segment> heads = new ArrayList<>();
    List<Segment> others = new ArrayList<>();
    for (Segment segment : segments) {
      (isOfHead(segment) ? heads : others).add(segment);
    }
    Set<String> unknown = new TreeSet<>(head);
    segments.forEach(segment -> unknown.remove(segment.vertex()));
    checkArgument(
        !head.isEmpty() && unknown.isEmpty(),
        "head: expected vertices with parameters, of %s, got %s",
        segments.stream().map(Segment::vertex).collect(ImmutableSet.toImmutableSet()),
        head.isEmpty() ? "none" : unknown);
    return new Grouped(
        optimizer.create(ImmutableList.copyOf(heads)),
        backboneFactor == 0 ? null : optimizer.create(ImmutableList.copyOf(others)),
        backboneFactor);
  }

  @Override
  public boolean moves(Segment segment) {
    return (backboneFactor > 0 || isOfHead(segment)) && optimizer.moves(segment);
  }

  private boolean isOfHead(Segment segment) {
    return head.contains(segment.vertex());
  }

  private record Grouped(Optimizer heads, @Nullable Optimizer others, double factor)
      implements Optimizer {
    @Override
    public void stepInPlace(
        INDArray parameters, INDArray gradient, INDArray state, double learningRate) {
      heads.stepInPlace(parameters, gradient, state, learningRate);
      if (others != null) {
        others.stepInPlace(parameters, gradient, state, factor * learningRate);
      }
    }
  }
}
