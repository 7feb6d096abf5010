package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.option.OptionSpec;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A method of FixMatch's family as a third party would write it: the threshold follows the mean
 * confidence, and is lower for classes that fewer images had when they were last seen.
 */
final class AdaptiveThresholdProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.CONSTANT, 0.9).required();
  private static final OptionSpec<Double> MOMENTUM =
      OptionSpec.number("threshold_momentum", 0.5).between(0, 1).describedAs("of the threshold");

  @Override
  public String name() {
    return "adaptive-threshold";
  }

  @Override
  public String description() {
    return "thresholds by class that follow the confidence";
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.WEAK, View.STRONG);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder().addAll(TEACHER.list()).add(MOMENTUM).build();
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    return new AdaptiveThreshold(
        context.student(),
        TEACHER.read(context).follow(context.student()).orElseThrow(),
        context.options().get(MOMENTUM),
        context.unlabeledImages());
  }

  private static final class AdaptiveThreshold extends PseudoLabelAlgorithm {
    private final double momentum;
    private final INDArray threshold = Nd4j.scalar(DataType.DOUBLE, 0.34).reshape(1);
    private final INDArray seen = Nd4j.zeros(DataType.DOUBLE, 1);
    private final INDArray lastLabels;

    AdaptiveThreshold(Student student, TeacherSettings.Pair pair, double momentum, int images) {
      super(student, pair.teacher(), pair.update(), 1);
      this.momentum = momentum;
      this.lastLabels = Nd4j.valueArrayOf(new long[] {images}, -1.0, DataType.DOUBLE);
    }

    @Override
    protected Map<String, INDArray> state() {
      return ImmutableMap.of("threshold", threshold, "seen", seen, "last_labels", lastLabels);
    }

    @Override
    protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
      int[] counts = new int[predictions.classes()];
      for (double label : lastLabels.toDoubleVector()) {
        if (label >= 0) {
          counts[(int) label]++;
        }
      }
      double most = Math.max(1, Arrays.stream(counts).max().orElseThrow());
      float[] weights = new float[predictions.size()];
      double[][] labels = new double[weights.length][];
      double confidence = 0;
      for (int i = 0; i < weights.length; i++) {
        int label = predictions.label(i);
        double part = counts[label] / most;
        if (predictions.confidence(i) >= threshold.getDouble(0) * (0.5 + 0.5 * part)) {
          weights[i] = 1;
        }
        labels[i] = new double[] {predictions.index(i), label};
        confidence += predictions.confidence(i) / weights.length;
      }
      context.contribute("labels", Reduction.GATHER, Nd4j.createFromArray(labels));
      context.contribute("seen", Reduction.SUM, Nd4j.createFromArray((double) weights.length));
      context.contribute("confidence", Reduction.MEAN, Nd4j.createFromArray(confidence));
      return PseudoLabels.hard(predictions.labels(), weights);
    }

    @Override
    protected void afterStep(Batch batch, Contributions contributions) {
      for (double[] row : contributions.get("labels").toDoubleMatrix()) {
        lastLabels.putScalar((long) row[0], row[1]);
      }
      seen.addi(contributions.get("seen"));
      threshold.muli(momentum).addi(contributions.get("confidence").mul(1 - momentum));
    }
  }
}
