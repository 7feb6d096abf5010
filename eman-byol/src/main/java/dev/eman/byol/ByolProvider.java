package dev.eman.byol;

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

/** Finds {@link Byol} by name. */
public final class ByolProvider implements AlgorithmProvider {
  /** For {@link java.util.ServiceLoader}. */
  public ByolProvider() {}

  @Override
  public String name() {
    return "byol";
  }

  @Override
  public String description() {
    return "predicts the teacher's view of the same image, without labels (arXiv 2006.07733)";
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
        .put("teacher_momentum", "0.98: of the teacher's moving average, at the start")
        .put("momentum_schedule", "cosine (rises to 1): constant, warmup, ramp, cosine")
        .put("hidden", "4096: width in the middle of projector and predictor")
        .put("dimension", "256: of the embeddings")
        .buildOrThrow();
  }

  /** The EMAN paper's: batch 512, LARS with 1.8 along a cosine, decay 1e-6. */
  @Override
  public ImmutableMap<String, String> runDefaults() {
    return ImmutableMap.<String, String>builder()
        .put("batch", "512")
        .put("mu", "1")
        .put("optimizer", "lars")
        .put("learning-rate", "1.8")
        .put("schedule", "cosine")
        .put("nesterov", "false")
        .put("weight-decay", "1e-6")
        .put("first-view", "byol-view1")
        .put("second-view", "byol-view2")
        .buildOrThrow();
  }

  @Override
  public ComputationGraph network(Backbone backbone, int classes, Settings settings, long seed) {
    return ByolHead.read(settings).network(backbone, seed);
  }

  @Override
  public StudentTeacherAlgorithm create(Student student, Settings settings, long totalSteps) {
    ByolHead.read(settings);
    TeacherSettings.Pair pair =
        TeacherSettings.read(
                settings, TeacherMode.EMAN, TeacherSettings.Schedule.COSINE, 0.98, totalSteps)
            .follow(student, ByolHead.PROJECTION);
    return new Byol(student, pair.teacher(), pair.update());
  }
}
