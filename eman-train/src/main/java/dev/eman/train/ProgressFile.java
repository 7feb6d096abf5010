package dev.eman.train;

import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.io.HostName;
import dev.eman.core.train.TrainingListener;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code progress.json}: what a run is doing, for those who watch it from outside, and wrong
 * predictions so far beside it. Written when it starts, after each evaluation and when it is
 * closed; nothing reads it to resume.
 */
final class ProgressFile implements TrainingListener, AutoCloseable {
  /** A confusion matrix of more classes would take longer to write than it helps. */
  private static final int MOST_CLASSES = 100;

  /**
   * What does not change while a run is open.
   *
   * @param total number of steps in all
   * @param classes their names, in the order of the labels
   * @param measured what accuracies are, such as "accuracy on the test set"
   * @param wrongLabels finds the most confident wrong predictions on unlabelled images of the
   *     networks as they are now
   */
  record Facts(
      long total,
      List<String> classes,
      String measured,
      Supplier<List<Map<String, Object>>> wrongLabels) {
    Facts {
      classes = List.copyOf(classes);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ProgressFile.class);

  private final RunFiles files;
  private final Facts facts;
  private final String host = HostName.get();
  private boolean begun;
  private @Nullable EvaluationReport latest;

  ProgressFile(RunFiles files, Facts facts) {
    this.files = files;
    this.facts = facts;
  }

  /** Writes that the run has started. */
  void begin() {
    begun = true;
    write(true);
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    latest = report;
    write(true);
    try {
      RunFolder.writeJson(files.pseudoErrors(), facts.wrongLabels().get());
    } catch (EmanException e) { // An image that cannot be decoded; training need not see it.
      LOG.debug("no wrong predictions at step {}: {}", report.step(), e.getMessage());
    }
  }

  @Override
  public void close() {
    if (begun) {
      write(false);
    }
  }

  private void write(boolean running) {
    ProcessHandle process = ProcessHandle.current();
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("running", running);
    all.put("host", host);
    all.put("process", process.pid());
    all.put(
        "process_started", process.info().startInstant().map(Instant::toEpochMilli).orElse(null));
    all.put("total_steps", facts.total());
    all.put("classes", facts.classes());
    all.put("measured", facts.measured());
    EvaluationReport report = latest;
    if (report != null) {
      all.put("step", report.step());
      all.put("student", describe(report.student()));
      all.put("teacher", describe(report.teacher()));
    }
    RunFolder.writeJson(files.progress(), all);
  }

  private static @Nullable Map<String, Object> describe(@Nullable Evaluation evaluation) {
    return evaluation == null || evaluation.classes() > MOST_CLASSES
        ? null
        : EvaluationFile.describe(evaluation);
  }
}
