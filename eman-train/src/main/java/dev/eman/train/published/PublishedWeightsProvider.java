package dev.eman.train.published;

import com.google.common.collect.ImmutableList;

/**
 * Knows weights by name, such as those that a company publishes for its own teams. Found by {@link
 * java.util.ServiceLoader}.
 */
public interface PublishedWeightsProvider {
  /** All that it knows; each name begins with the provider's own word and a colon. */
  ImmutableList<PublishedWeights> all();
}
