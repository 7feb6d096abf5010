package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.Settings;
import dev.eman.core.model.Student;

/**
 * An algorithm that is known by name. A jar on the class path adds one by a public class with a
 * constructor without arguments, named in {@code
 * META-INF/services/dev.eman.core.algorithm.AlgorithmProvider}.
 */
public interface AlgorithmProvider {
  /** The views that an algorithm wants of each unlabelled image. */
  enum View {
    /** Little changed: what pseudo labels are made from. */
    WEAK,
    /** Much changed: what the student learns from. */
    STRONG
  }

  /** As written on the command line: small letters, with hyphens. */
  String name();

  /** One line for lists: what it is, and the paper. */
  String description();

  /** Whether it wants labelled images. */
  default boolean usesLabels() {
    return true;
  }

  /** The views of {@link dev.eman.core.data.Batch#views}, in order; none for no such images. */
  ImmutableList<View> views();

  /** Options by name: the default and a word on each. */
  ImmutableMap<String, String> options();

  /**
   * Makes the algorithm, with its teacher if it has one.
   *
   * @param student with the weights to start from
   * @param settings the options; unknown ones are found by the caller afterwards
   * @param totalSteps of the run, for schedules
   */
  StudentTeacherAlgorithm create(Student student, Settings settings, long totalSteps);
}
