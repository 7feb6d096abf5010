package dev.eman.fixmatch.flexmatch;

import static com.google.common.base.Preconditions.checkArgument;

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
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * FixMatch with a curriculum: the threshold of class c is {@code τ s_c / (2 − s_c)}, where s_c is
 * how many images are remembered as c, divided by the largest such number, or, with {@link
 * FlexMatchConfig#warmUp}, by the number of images that are not remembered while that is larger.
 *
 * <p>Zhang et al. 2021 (arXiv 2110.08263). An image is remembered under the class in which its
 * confidence last reached τ; one that becomes unsure again keeps it. State: four bytes for each
 * unlabelled image, and for each class its number of images and s. The mask of a step follows s as
 * the step before left it.
 */
public final class FlexMatch extends PseudoLabelAlgorithm {
  private static final String SURE = "sure";
  private static final int NEVER = -1;

  private final FlexMatchConfig config;
  private final INDArray remembered;
  private final INDArray counts; // Of what is remembered, by class: a pass over all images less.
  private final INDArray status;

  /**
   * FlexMatch.
   *
   * @param pair the student's teacher; null without
   * @param classes K
   * @param images without labels, all that batches draw from, at least 1
   */
  public FlexMatch(
      Student student,
      TeacherSettings.@Nullable Pair pair,
      FlexMatchConfig config,
      int classes,
      int images) {
    super(student, pair, config.lambdaU());
    this.config = config;
    this.remembered = Nd4j.valueArrayOf(new long[] {images}, NEVER, DataType.INT32);
    this.counts = Nd4j.zeros(DataType.DOUBLE, classes);
    this.status = Nd4j.zeros(DataType.DOUBLE, classes);
  }

  @Override
  protected Map<String, INDArray> state() {
    return ImmutableMap.of(
        "confident_class", remembered, "class_counts", counts, "learning_status", status);
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    double[] learned = status.toDoubleVector();
    float[] mask = new float[predictions.size()];
    double[][] sure = new double[mask.length][];
    for (int i = 0; i < mask.length; i++) {
      int label = predictions.label(i);
      double confidence = predictions.confidence(i);
      mask[i] = confidence >= config.threshold() * learned[label] / (2 - learned[label]) ? 1 : 0;
      int image = predictions.index(i);
      checkArgument(
          image < remembered.length(),
          "unlabelled image %s: expected indices below the %s unlabelled images",
          image,
          remembered.length());
      sure[i] = new double[] {image, confidence >= config.threshold() ? label : NEVER};
    }
    context.contribute(SURE, Reduction.GATHER, Nd4j.createFromArray(sure));
    return PseudoLabels.hard(predictions.labels(), mask)
        .withClassMetric("learning_status", learned);
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    double[] now = counts.toDoubleVector();
    for (double[] row : contributions.get(SURE).toDoubleMatrix()) {
      if (row[1] != NEVER) {
        int before = remembered.getInt((int) row[0]);
        if (before != NEVER) {
          now[before]--;
        }
        now[(int) row[1]]++;
        remembered.putScalar((long) row[0], (int) row[1]);
      }
    }
    counts.assign(Nd4j.createFromArray(now));
    updateStatus(now);
  }

  private void updateStatus(double... now) {
    double most = Arrays.stream(now).max().orElseThrow();
    double unused = remembered.length() - Arrays.stream(now).sum();
    if (Math.max(most, unused) == remembered.length()) {
      return; // All unused, or all of one class, tells nothing about the classes.
    }
    double best = config.warmUp() ? Math.max(most, unused) : most;
    status.assign(Nd4j.createFromArray(now).divi(best));
  }
}
