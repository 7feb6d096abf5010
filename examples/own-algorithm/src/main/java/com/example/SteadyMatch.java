package com.example;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabels;
import dev.eman.core.algorithm.Reduction;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * FixMatch that trusts an image's pseudo label only if it was the same when the image was last seen.
 * What it remembers is one number for each unlabelled image.
 */
public final class SteadyMatch extends PseudoLabelAlgorithm {
  private static final double NEVER_SEEN = -1;

  private final double threshold;
  private final INDArray lastLabels;

  SteadyMatch(Student student, TeacherSettings.Pair pair, double threshold, int images) {
    super(student, pair.teacher(), pair.update(), 1);
    this.threshold = threshold;
    this.lastLabels = Nd4j.valueArrayOf(new long[] {images}, NEVER_SEEN, DataType.DOUBLE);
  }

  /** Saved in checkpoints. */
  @Override
  protected Map<String, INDArray> state() {
    return ImmutableMap.of("last_labels", lastLabels);
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    int images = predictions.size();
    float[] weights = new float[images];
    double[][] seen = new double[images][];
    for (int i = 0; i < images; i++) {
      int label = predictions.label(i);
      boolean steady = lastLabels.getDouble(predictions.index(i)) == label;
      weights[i] = steady && predictions.confidence(i) >= threshold ? 1 : 0;
      seen[i] = new double[] {predictions.index(i), label};
    }
    // Not written here: a batch may be divided over parts and devices, which must all see the same.
    context.contribute("seen", Reduction.GATHER, Nd4j.createFromArray(seen));
    return PseudoLabels.hard(predictions.labels(), weights);
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    for (double[] row : contributions.get("seen").toDoubleMatrix()) {
      lastLabels.putScalar((long) row[0], row[1]);
    }
  }
}
