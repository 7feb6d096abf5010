package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.Settings;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbone;
import org.deeplearning4j.nn.graph.ComputationGraph;

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
    STRONG,
    /** One of the two views that self-supervised methods compare. */
    FIRST,
    /** The other one. */
    SECOND
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

  /**
   * Whether its networks' output is logits of the data's classes. Those that learn features instead
   * are judged by the neighbours of {@link Backbone}'s features.
   */
  default boolean classifies() {
    return true;
  }

  /**
   * The student's network at the start: a classifier unless overridden.
   *
   * @param classes of the data
   * @param settings the options, as in {@link #create}
   * @param seed of the initial weights
   */
  default ComputationGraph network(Backbone backbone, int classes, Settings settings, long seed) {
    return backbone.classifier(classes, seed);
  }

  /**
   * What a run is told unless its user says otherwise, where the program's own defaults do not suit
   * the method: names of run options, such as {@code learning-rate}, with values.
   */
  default ImmutableMap<String, String> runDefaults() {
    return ImmutableMap.of();
  }

  /**
   * Checks that an algorithm of these options can take a run's batches; anything goes unless
   * overridden.
   *
   * @param settings the options, as in {@link #create}
   * @param images without labels in a batch, or in one of the parts that it passes in
   * @throws IllegalArgumentException if it cannot
   */
  default void checkBatch(Settings settings, int images) {}

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
