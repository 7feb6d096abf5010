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
}
