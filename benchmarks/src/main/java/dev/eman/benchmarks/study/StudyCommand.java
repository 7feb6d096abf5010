package dev.eman.benchmarks.study;

import static java.util.Objects.requireNonNull;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Evaluator;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.report.Csv;
import dev.eman.train.SavedModel;
import dev.eman.train.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The paper's two arguments for EMAN, measured on a trained teacher. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "What the paper argues with, on the teacher of a run: how its accuracy depends on the batch"
          + " that an image comes in, and how many pseudo labels change from step to step while"
          + " the run goes on training.",
      "Writes batch.csv, batch.png, stability.csv and stability.png. The run is not changed."
    })
public final class StudyCommand implements Runnable {
  private static final List<Integer> BATCHES = List.of(2, 4, 8, 16, 32, 64, 128, 256);

  @Parameters(index = "0", paramLabel = "RUN", description = "A run folder with a teacher.")
  private Path run = Path.of(".");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the results go (default: study in the run's folder).")
  private @Nullable Path out;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "2048",
      description = "Images to measure on (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "100",
      description = "Steps to go on for (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Batch of the pseudo labels (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    PrintWriter writer = requireNonNull(spec).commandLine().getOut();
    Path folder = out == null ? run.resolve("study") : out;
    SavedModel.checkClassifies(TrainedRun.options(run).algorithm());
    try (TrainedRun trained = TrainedRun.open(run);
        Teachers teachers = new Teachers(trained)) {
      makeFolder(folder);
      List<Line> dependence = batchDependence(trained, teachers);
      write(writer, folder, "batch", "images in a batch", "accuracy, percent", dependence, true);
      List<Line> stability = stability(trained, teachers);
      write(
          writer,
          folder,
          "stability",
          "further steps",
          "pseudo labels that changed in one step, percent",
          stability,
          false);
    }
    writer.printf("results: %s%n", folder);
    writer.flush();
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EmanException("cannot make the folder " + folder + ": " + IoFailures.reason(e), e);
    }
  }

  /** A curve. */
  private record Line(String name, List<Double> x, List<Double> y) {
    Line(String name) {
      this(name, new ArrayList<>(), new ArrayList<>());
    }

    void add(double at, double value) {
      x.add(at);
      y.add(value);
    }

    double mean() {
      return y.stream().mapToDouble(v -> v).average().orElse(0);
    }
  }

  /** The same weights, normalising with averaged statistics and with the batch's. */
  private static final class Teachers implements AutoCloseable {
    final Teacher averaged;
    final Teacher ofBatch;

    Teachers(TrainedRun trained) {
      Teacher teacher = trained.teacher();
      if (teacher.statistics() != TeacherStatistics.AVERAGED) {
        throw new EmanException(
            "expected a run with teacher=eman, found statistics "
                + teacher.statistics()
                + "; its weights are then also measured with batch statistics");
      }
      averaged = teacher;
      ofBatch = new Teacher(teacher.graph().clone(), TeacherStatistics.BATCH);
    }

    List<Classifier> both() {
      return List.of(Classifier.of(averaged), Classifier.of(ofBatch));
    }

    void follow() {
      ofBatch.parameters().vector().assign(averaged.parameters().vector());
      ofBatch.parametersChanged();
    }

    @Override
    public void close() {
      ofBatch.releaseMemory();
    }
  }

  private List<Line> batchDependence(TrainedRun trained, Teachers teachers) {
    ImageDataset test = trained.test();
    int[] mixed = sample(test.size(), Math.min(images, test.size()));
    int[] sorted =
        Arrays.stream(mixed)
            .boxed()
            .sorted(Comparator.comparing(test::label))
            .mapToInt(i -> i)
            .toArray();
    List<Line> lines = new ArrayList<>();
    for (boolean byClass : new boolean[] {false, true}) {
      Line eman = new Line("averaged statistics (EMAN)" + (byClass ? ", sorted by class" : ""));
      Line ema = new Line("batch statistics (EMA)" + (byClass ? ", sorted by class" : ""));
      for (int size : BATCHES) {
        int[] order = byClass ? sorted : mixed;
        // Whole batches alone, so that none is smaller than it says.
        int[] whole = Arrays.copyOf(order, order.length / size * size);
        List<Evaluation> found = measure(trained, test, whole, size, teachers.both());
        eman.add(size, 100 * found.get(0).top1());
        ema.add(size, 100 * found.get(1).top1());
      }
      lines.add(eman);
      lines.add(ema);
    }
    return lines;
  }

  private static List<Evaluation> measure(
      TrainedRun trained, ImageDataset data, int[] order, int size, List<Classifier> networks) {
    try (BatchPipeline source =
        trained.images().inOrder(data, ImmutableIntArray.copyOf(order), size)) {
      return Evaluator.evaluate(source, data.classNames().size(), networks);
    }
  }

  /** Each step the same images, in other batches, as a training would meet them. */
  private List<Line> stability(TrainedRun trained, Teachers teachers) {
    int count = Math.min(images, trained.train().size()) / batch * batch;
    int[] probe = sample(trained.train().size(), count);
    Line eman = new Line("averaged statistics (EMAN)");
    Line ema = new Line("batch statistics (EMA)");
    int[][] before = new int[0][];
    try (BatchPipeline training = trained.training()) {
      for (int step = 0; step <= steps; step++) {
        if (step > 0) {
          trained.algorithm().step(training.next(), trained.learningRate());
        }
        teachers.follow();
        int[][] now = labels(trained, probe, shuffled(count, step), teachers.both());
        if (step > 0) {
          eman.add(step, changed(before[0], now[0]));
          ema.add(step, changed(before[1], now[1]));
        }
        before = now;
      }
    }
    return List.of(eman, ema);
  }

  /** Each network's class for each of the probe's images, whatever order they were seen in. */
  private int[][] labels(TrainedRun trained, int[] probe, int[] order, List<Classifier> networks) {
    int[] shown = Arrays.stream(order).map(i -> probe[i]).toArray();
    int[][] labels = new int[networks.size()][probe.length];
    try (BatchPipeline source =
        trained.images().inOrder(trained.train(), ImmutableIntArray.copyOf(shown), batch)) {
      for (int at = 0; source.hasNext(); at += batch) {
        INDArray shownNow = source.next().requireLabeled();
        for (int n = 0; n < labels.length; n++) {
          int[] found = networks.get(n).logits(shownNow).argMax(1).toIntVector();
          for (int i = 0; i < found.length; i++) {
            labels[n][order[at + i]] = found[i];
          }
        }
      }
    }
    return labels;
  }

  private static double changed(int[] before, int[] now) {
    return 100.0
        * IntStream.range(0, now.length).filter(i -> before[i] != now[i]).count()
        / now.length;
  }

  private static int[] sample(int from, int count) {
    return Arrays.copyOf(shuffled(from, -1), count);
  }

  private static int[] shuffled(int count, long seed) {
    int[] order = IntStream.range(0, count).toArray();
    Random random = new Random(seed);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  private static void write(
      PrintWriter writer,
      Path folder,
      String name,
      String x,
      String y,
      List<Line> lines,
      boolean logarithmic) {
    List<List<String>> table = new ArrayList<>();
    table.add(new ArrayList<>(List.of(x)));
    lines.forEach(line -> table.get(0).add(line.name()));
    for (int i = 0; i < lines.get(0).x().size(); i++) {
      List<String> row = new ArrayList<>();
      row.add(String.format(Locale.ROOT, "%.0f", lines.get(0).x().get(i)));
      for (Line line : lines) {
        row.add(String.format(Locale.ROOT, "%.3f", line.y().get(i)));
      }
      table.add(row);
    }
    AtomicFiles.saveString(folder.resolve(name + ".csv"), Csv.table(table));
    StudyChart chart = new StudyChart(x, y, logarithmic);
    for (Line line : lines) {
      chart.add(line.name(), line.x(), line.y());
      writer.printf(Locale.ROOT, "%s, %s: mean %.2f%n", y, line.name(), line.mean());
    }
    chart.write(folder.resolve(name + ".png"));
    writer.flush();
  }
}
