package dev.eman.core.algorithm;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.loss.ClassWeights;
import dev.eman.core.loss.ExampleWeights;
import org.jspecify.annotations.Nullable;

/** An algorithm's class weights, which its loss must ask for: none is ignored in silence. */
final class LabelWeights {
  private @Nullable ClassWeights classes;
  private boolean asked;

  void set(@Nullable ClassWeights weights) {
    classes = weights;
  }

  void follow(LabelWeights other) {
    classes = other.classes;
  }

  ExampleWeights of(ImmutableIntArray labels) {
    asked = true;
    return classes == null ? ExampleWeights.uniform() : classes.ofExamples(labels.toArray());
  }

  /** To be called after the passes of a batch. */
  void check(StudentTeacherAlgorithm algorithm) {
    if (classes != null && !asked) {
      throw new UsageException(
          "class weights: the loss of "
              + algorithm.getClass().getSimpleName()
              + " takes none (StepContext.labelWeights); leave them out");
    }
    asked = false;
  }
}
