package dev.eman.benchmarks.study;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.report.Charts;
import dev.eman.report.Csv;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunState;
import dev.eman.train.protocol.BatchDependence;
import dev.eman.train.protocol.LabelStability;
import dev.eman.train.protocol.TeacherPair;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures the paper's two arguments for EMAN on a trained teacher. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = {SelectionStudy.class, FlipsCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Measures the paper's arguments on the teacher of a run: how its accuracy depends on the"
          + " batch around an image, and how many pseudo labels change per step in further"
          + " training.",
      "Writes batch.csv, batch.png, stability.csv and stability.png. The run is not changed."
    })
public final class StudyCommand implements Runnable {
  private static final String EMAN = "averaged statistics (EMAN)";
  private static final String EMA = "batch statistics (EMA)";
  private static final String SORTED = ", sorted by class";

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RUN",
      description = "A run folder with a teacher.")
  private @Nullable Path runFolder;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the results (default: study in the run's folder).")
  private @Nullable Path out;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "2048",
      description = "Maximum number of images to evaluate (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "100",
      description = "Further training steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Batch size for pseudo labelling (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    Path run = runFolder;
    if (run == null) {
      throw new ParameterException(command.commandLine(), "expected a run folder, got none");
    }
    BatchDependence dependence;
    LabelStability stability;
    try {
      dependence = BatchDependence.upTo(images);
      stability = new LabelStability(steps, images, batch);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    PrintWriter writer = command.commandLine().getOut();
    Path folder = out == null ? run.resolve("study") : out;
    RunCheckpoint checkpoint = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    checkpoint.checkClassifies();
    try (RunState trained = checkpoint.restore();
        TeacherPair teachers = new TeacherPair(trained.teacher())) {
      makeFolder(folder);
      if (trained.train().size() < batch) {
        writer.printf(
            Locale.ROOT,
            "note: pseudo labels are made in one batch of the %,d training images, fewer than the"
                + " %,d of --batch%n",
            trained.train().size(),
            batch);
      }
      write(writer, folder, "batch", table(dependence, trained, teachers), true);
      write(writer, folder, "stability", table(stability, trained, teachers), false);
    }
    writer.printf("results: %s%n", folder);
    writer.flush();
  }

  static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EmanException(
          "cannot create the folder " + folder + ": " + IoFailures.reason(e), e);
    }
  }

  private static Table table(BatchDependence dependence, RunState trained, TeacherPair teachers) {
    ImageDataset test = trained.test();
    List<BatchDependence.Score> scores =
        dependence
            .measure(
                teachers, test, (indices, size) -> trained.images().inOrder(test, indices, size))
            .scores();
    List<Double> sizes = scores.stream().map(score -> (double) score.batchSize()).toList();
    return new Table(
        "images in a batch",
        "accuracy, %",
        List.of(
            line(EMAN, sizes, scores, score -> 100 * score.averaged()),
            line(EMA, sizes, scores, score -> 100 * score.ofBatch()),
            line(EMAN + SORTED, sizes, scores, score -> 100 * score.averagedSorted()),
            line(EMA + SORTED, sizes, scores, score -> 100 * score.ofBatchSorted())));
  }

  private static Table table(LabelStability stability, RunState trained, TeacherPair teachers) {
    ImageDataset train = trained.train();
    LabelStability.Result result;
    try (BatchPipeline training = trained.training()) {
      result =
          stability.measure(
              trained.algorithm(),
              trained.learningRate(),
              teachers,
              training,
              train.size(),
              (indices, size) -> trained.images().inOrder(train, indices, size));
    }
    List<LabelStability.Change> changes = result.changes();
    List<Double> steps = changes.stream().map(change -> (double) change.step()).toList();
    return new Table(
        "further steps",
        "pseudo labels that changed in one step, %",
        List.of(
            line(EMAN, steps, changes, change -> 100.0 * change.averaged() / result.images()),
            line(EMA, steps, changes, change -> 100.0 * change.ofBatch() / result.images())));
  }

  private static <T> Charts.Line line(
      String name, List<Double> x, List<T> points, Function<T, Double> y) {
    return new Charts.Line(
        name, ImmutableList.copyOf(x), points.stream().map(y).collect(toImmutableList()));
  }

  /**
   * Lines and their axes.
   *
   * @param x title of the first column
   * @param y title of the other columns
   * @param lines lines over the same x
   */
  private record Table(String x, String y, List<Charts.Line> lines) {
    String csv() {
      List<List<String>> table = new ArrayList<>();
      table.add(new ArrayList<>(List.of(x)));
      lines.forEach(line -> table.get(0).add(line.name()));
      for (int i = 0; i < lines.get(0).x().size(); i++) {
        List<String> row = new ArrayList<>();
        row.add(String.format(Locale.ROOT, "%.0f", lines.get(0).x().get(i)));
        for (Charts.Line line : lines) {
          row.add(String.format(Locale.ROOT, "%.3f", line.y().get(i)));
        }
        table.add(row);
      }
      return Csv.table(table);
    }
  }

  private static void write(
      PrintWriter writer, Path folder, String name, Table table, boolean logarithmic) {
    AtomicFiles.saveString(folder.resolve(name + ".csv"), table.csv());
    for (Charts.Line line : table.lines()) {
      double mean = line.y().stream().mapToDouble(v -> v).average().orElse(0);
      writer.printf(Locale.ROOT, "%s, %s: mean %.2f%n", table.y(), line.name(), mean);
    }
    Charts.write(
        new Charts.Lines(table.x(), table.y(), logarithmic, ImmutableList.copyOf(table.lines())),
        folder.resolve(name + ".png"));
    writer.flush();
  }
}
