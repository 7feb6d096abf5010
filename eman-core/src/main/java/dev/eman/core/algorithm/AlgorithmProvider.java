package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import dev.eman.core.nn.Backbone;
import dev.eman.core.option.OptionSpec;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * An algorithm that is found by name. A jar on the class path adds one by a public class with a
 * constructor without arguments, named in {@code
 * META-INF/services/dev.eman.core.algorithm.AlgorithmProvider}.
 */
public interface AlgorithmProvider {
  /** The views that an algorithm needs of each unlabelled image. */
  enum View {
    /** Little changed: what pseudo labels are made from. */
    WEAK,
    /** Much changed: what the student learns from. */
    STRONG,
    /** One of the two views that self-supervised methods compare. */
    FIRST,
    /** The other one, or a second view that the student learns from beside a strong one. */
    SECOND
  }

  /** As written on the command line: small letters, with hyphens. */
  String name();

  /** One line for lists: what it is, and the paper. */
  String description();

  /** Whether it needs labelled images. */
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
   * @param options of this algorithm
   * @param seed of the initial weights
   */
  default ComputationGraph network(
      Backbone backbone, int classes, AlgorithmOptions options, long seed) {
    return backbone.classifier(classes, seed);
  }

  /**
   * How the method is usually trained, where the program's own defaults do not suit it. What a
   * run's user sets takes precedence.
   */
  default Recipe recipe() {
    return Recipe.EMPTY;
  }

  /**
   * Checks that an algorithm of these options can take a run's batches; anything is accepted unless
   * overridden.
   *
   * @param options of this algorithm
   * @param images without labels in a batch, or in one of the parts that it passes in
   * @throws dev.eman.core.UsageException if it cannot
   */
  default void checkBatch(AlgorithmOptions options, int images) {}

  /**
   * Checks that what somebody sets for a new run has an effect; anything is accepted unless
   * overridden. Not asked of the options of a former run, or of a configuration file.
   *
   * @param options of this algorithm, with those set
   * @param set the names of these
   * @throws dev.eman.core.UsageException if one has no effect beside the others
   */
  default void checkEffect(AlgorithmOptions options, Set<String> set) {}

  /**
   * The options, the one source for reading configurations, for messages and for tables. Equal at
   * every call.
   */
  ImmutableList<OptionSpec<?>> options();

  /**
   * Makes the algorithm, with its teacher if it has one. {@link Algorithms#create} checks the
   * context first.
   *
   * @param context with the student, this algorithm's options, and the run's figures
   */
  StudentTeacherAlgorithm create(AlgorithmContext context);
}
