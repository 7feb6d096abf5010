package dev.eman.core.optimizer;

import java.util.List;

/** The settings of an optimiser: everything but the parameters that it moves. */
public interface OptimizerConfiguration {
  /**
   * The optimiser for one network.
   *
   * @param segments what the network's flat vector holds, in its order, without overlaps
   */
  Optimizer create(List<Segment> segments);

  /**
   * Whether the optimiser moves a segment. The gradients of others do not count in the norm by
   * which a gradient is clipped.
   *
   * @return whether it is trainable, unless overridden
   */
  default boolean moves(Segment segment) {
    return segment.trainable();
  }
}
