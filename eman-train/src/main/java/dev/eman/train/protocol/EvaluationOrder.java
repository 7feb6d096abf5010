package dev.eman.train.protocol;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.eval.Features;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;
import org.jspecify.annotations.Nullable;

/**
 * The order that an algorithm's networks are evaluated in. A teacher that normalises with its batch
 * must not see batches of one class alone, as those of a data set that is sorted by class are: it
 * sees the images mixed, always in the same order. For other networks the order means nothing.
 */
public final class EvaluationOrder {
  private EvaluationOrder() {}

  /** Whether the answers of one of the networks depend on what else is in the batch. */
  public static boolean isMixed(StudentTeacherAlgorithm algorithm) {
    @Nullable Teacher teacher = algorithm.teacher();
    return teacher != null && teacher.statistics() == TeacherStatistics.BATCH;
  }

  /**
   * Images in the order to evaluate them in.
   *
   * @param images positions in a data set
   * @return the same ones: mixed, or as they are
   */
  public static ImmutableIntArray of(StudentTeacherAlgorithm algorithm, ImmutableIntArray images) {
    if (!isMixed(algorithm)) {
      return images;
    }
    ImmutableIntArray order = Orders.sample(images.length(), images.length());
    return ImmutableIntArray.copyOf(order.stream().map(images::get));
  }

  /** Features and their labels in the order to evaluate them in. */
  static Features of(StudentTeacherAlgorithm algorithm, Features features) {
    if (!isMixed(algorithm)) {
      return features;
    }
    int count = features.labels().length();
    return features.select(Orders.sample(count, count));
  }
}
