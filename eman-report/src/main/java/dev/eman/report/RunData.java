package dev.eman.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.Printable;
import dev.eman.datasets.split.HoldOut;
import dev.eman.report.LineChart.Point;
import dev.eman.train.RunFiles;
import dev.eman.train.RunFolder;
import dev.eman.train.RunRecord;
import dev.eman.train.TestImages;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of a run folder.
 *
 * @param files its file names
 * @param record description and results; null if the run has not finished
 * @param imagesFingerprint of all labelled images: of those trained on and those held out, as the
 *     seed decides which are which; null if it is not known
 * @param progress {@code progress.json} of a run that has not finished, may be missing
 * @param evaluation {@code evaluation.json}, may be missing
 * @param errors {@code pseudo_errors.json}, may be missing
 * @param map {@code map.json}, may be missing
 * @param config {@code config.yaml}
 * @param columns columns of {@code metrics.csv} by name; NaN for an empty cell
 * @param damages files that are left out of a report, or end early, and what to do about them
 */
record RunData(
    RunFiles files,
    @Nullable RunRecord record,
    @Nullable String imagesFingerprint,
    JsonNode progress,
    JsonNode evaluation,
    JsonNode errors,
    JsonNode map,
    String config,
    Map<String, double[]> columns,
    ImmutableList<String> damages) {
  private static final Logger LOG = LoggerFactory.getLogger(RunData.class);

  /** A teacher that normalises with its batch, in records and options. */
  private static final String EMA = "ema";

  /**
   * Reads a folder. What else than the record and the metrics is damaged is left out, with a
   * warning.
   *
   * @throws EmanException if the folder holds no run, or its record or metrics are damaged
   */
  static RunData read(Path folder) {
    RunFiles files = new RunFiles(folder);
    RunFolder.checkRun(files, files.metrics());
    SideFiles side = new SideFiles(files);
    boolean finished = files.isFinished();
    JsonNode progress = finished ? MissingNode.getInstance() : side.json(files.progress());
    // A run that is made longer loses its record; its other results are of its former end, but
    // for the errors, which each evaluation replaces.
    boolean ended = Files.exists(files.record());
    RunRecord record = finished ? RunRecord.read(files) : null;
    RunData data =
        new RunData(
            files,
            record,
            imagesFingerprint(files, record),
            progress,
            ended ? side.json(files.evaluation()) : MissingNode.getInstance(),
            ended || progress.has("step")
                ? side.json(files.pseudoErrors())
                : MissingNode.getInstance(),
            ended ? side.json(files.map()) : MissingNode.getInstance(),
            side.config(),
            side.metrics(record),
            side.damages());
    data.damages.forEach(damage -> LOG.warn("{}", Printable.escapeLines(damage)));
    return data;
  }

  String name() {
    return record == null ? String.valueOf(files.root().getFileName()) : record.name();
  }

  /** The class names; empty if an unfinished run does not say them. */
  List<String> classes() {
    if (record != null) {
      return record.data().classes();
    }
    List<String> names = new ArrayList<>();
    progress.path("classes").forEach(name -> names.add(name.asText()));
    return names;
  }

  private static @Nullable String imagesFingerprint(RunFiles files, @Nullable RunRecord record) {
    if (Files.exists(files.holdOut())) {
      try {
        return HoldOut.read(files.holdOut()).fingerprint();
      } catch (EmanException e) { // A report needs nothing else of it.
        return null;
      }
    }
    return record == null
            || record.measurement().testImages().equals(TestImages.HELD_OUT.toString())
        ? null
        : record.data().dataFingerprint();
  }

  /** The images that final accuracies are of. */
  String testedOn() {
    return record == null ? "test set" : record.measurement().testImages();
  }

  /** The same as a plural. */
  String testImages() {
    return testedOn().endsWith("images") ? testedOn() : "test images";
  }

  boolean has(String column) {
    double[] values = columns.get(column);
    if (values != null) {
      for (double value : values) {
        if (!Double.isNaN(value)) {
          return true;
        }
      }
    }
    return false;
  }

  /** How many evaluations a finished run had; unknown if rows of its metrics are lost. */
  OptionalInt evaluations() {
    int rows = columns.getOrDefault("step", new double[0]).length;
    return record != null && rows < record.training().steps()
        ? OptionalInt.empty()
        : OptionalInt.of(series("student_top1").size());
  }

  /** The points of a column, without empty cells. */
  List<Point> series(String column) {
    double[] steps = columns.getOrDefault("step", new double[0]);
    double[] values = columns.getOrDefault(column, new double[0]);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < Math.min(steps.length, values.length); i++) {
      if (!Double.isNaN(values[i])) {
        points.add(new Point(steps[i], values[i], 0));
      }
    }
    return points;
  }

  /** The deployed network: the teacher if it has statistics of its own, else the student. */
  Network deployed() {
    return has("teacher_top1") && !teacherNeedsBatch() ? Network.TEACHER : Network.STUDENT;
  }

  private boolean teacherNeedsBatch() {
    if (record != null) {
      return record.training().teacher().equals(EMA);
    }
    try {
      return OptionTexts.ofYaml(config, "config").setting("teacher").equals(Optional.of(EMA));
    } catch (EmanException e) {
      return false; // An option of another version.
    }
  }

  /** The accuracy column of the deployed network. */
  String deployedTop1() {
    return deployed().label() + "_top1";
  }

  /** Final top-1 of the deployed network on the test set, a fraction; empty until then. */
  OptionalDouble testTop1() {
    return record == null ? OptionalDouble.empty() : record.results().testTop1(deployed());
  }

  /** The deployed network's final scores; null until then, and in records of early versions. */
  RunRecord.@Nullable Scores scores() {
    return record == null ? null : record.results().test(deployed());
  }

  /** What the accuracies are: {@code top-1 accuracy}, or {@code k-NN accuracy} of features. */
  String accuracy() {
    return classifies() ? "top-1 accuracy" : "k-NN accuracy";
  }

  private boolean classifies() {
    if (record != null) {
      return record.measurement().isOfClassifier();
    }
    try {
      return OptionTexts.ofYaml(config, "config").resolve().provider().classifies();
    } catch (EmanException e) {
      return true; // An algorithm that is not on the class path.
    }
  }
}
