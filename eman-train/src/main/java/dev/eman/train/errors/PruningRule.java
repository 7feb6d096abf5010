package dev.eman.train.errors;

import com.google.common.base.Ascii;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.Arrays;
import java.util.List;

/**
 * Which images count as labelled wrongly. All but the first are those of confident learning
 * (Northcutt et al. 2021, section 3.2), which takes an image of a class that is often mistaken for
 * another for a wrong label.
 */
public enum PruningRule {
  /** Images whose label is less probable than a threshold found by {@link LabelNoise}. */
  MIXTURE,

  /** Images that the confident joint counts for another class than their label. */
  CONFIDENT_JOINT,

  /** Of each label as many as the joint says are wrong: those whose own label is least likely. */
  BY_CLASS,

  /**
   * For each label and each other class as many as the joint says belong to it: those where the
   * other class exceeds the label by most.
   */
  BY_NOISE_RATE,

  /** Images that both of the last two name: fewer, and surer. */
  BOTH;

  /**
   * The rule of a name.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static PruningRule named(String name) {
    List<String> labels = Arrays.stream(values()).map(PruningRule::label).toList();
    int index = labels.indexOf(name);
    if (index < 0) {
      throw new UsageException(Suggestions.unknown("rule", name, labels));
    }
    return values()[index];
  }

  /** The name on the command line: {@code by-class}. */
  public String label() {
    return Ascii.toLowerCase(name()).replace('_', '-');
  }
}
