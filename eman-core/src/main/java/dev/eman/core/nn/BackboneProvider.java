package dev.eman.core.nn;

import java.util.List;
import java.util.Optional;

/**
 * Backbones of another jar, found by {@link Backbones#named}: a public class with a constructor
 * without arguments, named in {@code META-INF/services/dev.eman.core.nn.BackboneProvider}. A
 * network that is no {@link Backbone} needs none: a {@link dev.eman.core.model.Student} takes any
 * graph.
 */
public interface BackboneProvider {
  /** The names, for messages. */
  List<String> names();

  /**
   * The backbone of a name, or nothing.
   *
   * @param channels of the images
   */
  Optional<Backbone> find(String name, int channels);
}
