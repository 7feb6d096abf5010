package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.Suggestions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the passes of a step have contributed to an algorithm's state, through {@link
 * StepContext#contribute}, reduced over the parts of the batch wherever they ran. Immutable.
 */
public final class Contributions {
  static final Contributions NONE = new Contributions(ImmutableMap.of());

  private final ImmutableMap<String, Contribution> byName;

  private Contributions(Map<String, Contribution> byName) {
    this.byName = ImmutableMap.copyOf(byName);
  }

  /** Contributions by name, as they came from another machine. */
  public static Contributions of(Map<String, Contribution> byName) {
    return new Contributions(byName);
  }

  /**
   * What was contributed under a name, reduced.
   *
   * @return the sum or the mean, of the shape that was contributed, or all rows; do not write
   * @throws IllegalArgumentException if no pass has contributed it
   */
  public INDArray get(String name) {
    Contribution found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          Suggestions.unknown("contribution", name, byName.keySet()));
    }
    return found.reduced();
  }

  /** All by name, not reduced to means yet: the form in which they travel. */
  public ImmutableMap<String, Contribution> asMap() {
    return byName;
  }

  /** These but one, which may be missing. */
  Contributions without(String name) {
    Map<String, Contribution> others = new LinkedHashMap<>(byName);
    others.remove(name);
    return new Contributions(others);
  }

  /** These, then others. */
  Contributions plus(Contributions others) {
    if (byName.isEmpty()) {
      return others;
    }
    Map<String, Contribution> all = new LinkedHashMap<>(byName);
    others.byName.forEach(
        (name, added) -> all.merge(name, added, (before, after) -> before.plus(name, after)));
    return new Contributions(all);
  }

  /** These and another one. */
  Contributions plus(String name, Reduction reduction, INDArray value) {
    return plus(
        new Contributions(ImmutableMap.of(name, new Contribution(reduction, value.dup('c'), 1))));
  }
}
