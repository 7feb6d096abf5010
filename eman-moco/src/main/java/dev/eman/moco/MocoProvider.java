package dev.eman.moco;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.Settings;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.nn.Backbone;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Finds {@link Moco} by name. */
public final class MocoProvider implements AlgorithmProvider {
  /** For {@link java.util.ServiceLoader}. */
  public MocoProvider() {}

  @Override
  public String name() {
    return "moco";
  }

  @Override
  public String description() {
    return "finds an image's other view in a queue of keys, without labels (arXiv 2003.04297)";
  }

  @Override
  public boolean usesLabels() {
    return false;
  }

  @Override
  public boolean classifies() {
    return false;
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.FIRST, View.SECOND);
  }

  @Override
  public ImmutableMap<String, String> options() {
    return ImmutableMap.<String, String>builder()
        .put("teacher", "eman: eman, ema (batch statistics)")
        .put("teacher_momentum", "0.999: of the teacher's moving average")
        .put("momentum_schedule", "constant: constant, warmup, ramp, cosine")
        .put("temperature", "0.2: of the similarities; 0.07 in version 1")
        .put("queue", "65536: keys of former batches")
        .put("symmetric", "false: whether both views take turns as queries")
        .put("head", "mlp: mlp (version 2), linear (version 1)")
        .put("dimension", "128: of the embeddings")
        .buildOrThrow();
  }

  /** Version 2's: batch 256, SGD with 0.03 along a cosine, decay 1e-4 on everything. */
  @Override
  public ImmutableMap<String, String> runDefaults() {
    return ImmutableMap.<String, String>builder()
        .put("batch", "256")
        .put("mu", "1")
        .put("learning-rate", "0.03")
        .put("schedule", "cosine")
        .put("nesterov", "false")
        .put("weight-decay", "1e-4")
        .put("decay", "all")
        .put("first-view", "moco-v2")
        .put("second-view", "moco-v2")
        .buildOrThrow();
  }

  @Override
  public ComputationGraph network(Backbone backbone, int classes, Settings settings, long seed) {
    return MocoHead.read(settings).network(backbone, seed);
  }

  @Override
  public void checkBatch(Settings settings, int images) {
    MocoConfig.read(settings).checkBatch(images);
  }

  @Override
  public StudentTeacherAlgorithm create(Student student, Settings settings, long totalSteps) {
    MocoHead.read(settings);
    MocoConfig config = MocoConfig.read(settings);
    TeacherSettings.Pair pair =
        TeacherSettings.read(
                settings, TeacherMode.EMAN, TeacherSettings.Schedule.CONSTANT, 0.999, totalSteps)
            .follow(student, student.graph().getConfiguration().getNetworkOutputs().get(0));
    return new Moco(student, pair.teacher(), pair.update(), config);
  }
}
