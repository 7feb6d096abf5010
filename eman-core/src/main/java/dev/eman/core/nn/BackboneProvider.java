package dev.eman.core.nn;

import dev.eman.core.UsageException;
import java.util.List;
import java.util.Optional;

/**
 * Backbones that are known by name. A jar on the class path adds some by a public class with a
 * constructor without arguments, named in {@code
 * META-INF/services/dev.eman.core.nn.BackboneProvider}; this library's own networks are found in
 * the same way.
 */
public interface BackboneProvider {
  /** One line for lists: the architecture, and the paper. */
  String description();

  /** Names that {@link #find} takes, for lists and suggestions: all of them, or the usual ones. */
  List<String> names();

  /**
   * Forms of further names, in words, for networks with sizes of choice: {@code "resnetD-wW with
   * depth D = 6n + 2 and width W"}. None unless overridden.
   */
  default List<String> patterns() {
    return List.of();
  }

  /**
   * The backbone of a name.
   *
   * @param name as a user has written it
   * @param channels of the images, at least 1
   * @return a new backbone of exactly this name, or nothing if the name is not of this provider
   * @throws UsageException for a name of this provider's form with sizes that cannot be
   */
  Optional<Backbone> find(String name, int channels);
}
