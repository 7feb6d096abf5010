package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.OutputFiles;
import dev.eman.report.TuneReport;
import dev.eman.train.InitialWeights;
import dev.eman.train.options.GivenOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.tune.BatchTrial;
import dev.eman.train.tune.RateCurve;
import dev.eman.train.tune.Tune;
import dev.eman.train.tune.TuneListener;
import dev.eman.train.tune.TuneResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Suggests a batch size and a learning rate. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = RunOptions.class,
    description = {
      "Suggests --batch and --learning-rate for a training with these options, which are those of"
          + " eman train: doubles the batch while that gives a tenth more images per second, then"
          + " raises the learning rate from step to step until the loss grows (Smith 2017, arXiv"
          + " 1506.01186).",
      "Nothing that was trained is kept. Writes tune.csv, tune.png and, for eman train --config,"
          + " tune.yaml."
    })
public final class TuneCommand implements Runnable {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Options in YAML, named as below without the leading hyphens.")
  private @Nullable Path config;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "2",
      description = "Time for all of it (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder of the files, replaced if they are there (default:"
              + " runs/tune-ALGORITHM-DATASET-sSEED).")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    if (!(minutes > 0 && minutes < Double.POSITIVE_INFINITY)) {
      throw new UsageException("--minutes: expected above 0, got " + minutes);
    }
    OptionTexts texts = config == null ? OptionTexts.empty() : OptionTexts.read(config);
    OptionTexts given = RunOptions.given(command);
    texts = texts.and(given);
    TrainingOptions options = config == null ? texts.resolve() : texts.resolve(config.toString());
    GivenOptions.check(given, options);
    InitialWeights.checkGiven(given, options);
    Path folder = out == null ? usual(options) : out;
    Path csv = folder.resolve("tune.csv");
    OutputFiles.makeFolder(csv);
    PrintWriter writer = command.commandLine().getOut();
    TuneResult result;
    try {
      result = Tune.of(options).minutes(minutes).run(new Progress(writer, options));
    } catch (RuntimeException e) {
      deleteIfEmpty(folder);
      throw e;
    }
    TuneReport.writeCsv(result, csv);
    boolean drawn = TuneReport.writeChart(result, folder.resolve("tune.png"));
    Path yaml = folder.resolve("tune.yaml");
    AtomicFiles.saveString(yaml, texts.and(result.suggested()).yaml());
    print(writer, result, options);
    writer.printf("%s: %s%n", drawn ? "table and chart" : "table", folder);
    writer.printf("to train with it: %s%n", CommandLines.eman("train", "--config", yaml));
    writer.flush();
  }

  private static void deleteIfEmpty(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // There are other files in it.
    }
  }

  private static Path usual(TrainingOptions options) {
    return Path.of(
        "runs",
        "tune-"
            + options.algorithm()
            + "-"
            + TrainCommand.dataName(options)
            + "-s"
            + options.seed());
  }

  private static void print(PrintWriter writer, TuneResult result, TrainingOptions options) {
    String batch = "--batch " + result.batch();
    if (result.learningRate().isEmpty()) {
      writer.printf(
          Locale.ROOT,
          "%nsuggested: %s; no learning rate, because the loss did not fall in most tests: keep"
              + " %s%n",
          batch,
          options.optimizer().learningRate());
      return;
    }
    double rate = result.learningRate().getAsDouble();
    Double backbone = result.tuned().optimizer().backboneLearningRate();
    writer.printf(
        Locale.ROOT,
        "%nsuggested: %s --learning-rate %s%s (given: --batch %d --learning-rate %s)%n",
        batch,
        rate,
        backbone == null ? "" : " --backbone-learning-rate " + backbone,
        options.batch().size(),
        options.optimizer().learningRate());
  }

  /** Prints rows of two tables as they are measured. */
  private static final class Progress implements TuneListener {
    private final PrintWriter writer;

    Progress(PrintWriter writer, TrainingOptions options) {
      this.writer = writer;
      writer.printf(
          Locale.ROOT,
          "%s, %s on %s%n%n%6s %10s %12s%n",
          options.algorithm(),
          options.backbone(),
          options.data().dataset(),
          "batch",
          "s/step",
          "images/s");
      writer.flush();
    }

    @Override
    public void timed(BatchTrial trial) {
      writer.printf(
          Locale.ROOT,
          "%6d %10.4f %,12.0f%n",
          trial.batch(),
          trial.stepSeconds(),
          trial.imagesPerSecond());
      writer.flush();
    }

    @Override
    public void timedAll(String why) {
      writer.println(why);
    }

    @Override
    public void testing(int tests, int steps) {
      writer.printf(
          Locale.ROOT,
          "%n%d %s of %d steps, rates where the smoothed loss%n%6s %6s %12s %12s %12s%n",
          tests,
          tests == 1 ? "range test" : "range tests",
          steps,
          "seed",
          "steps",
          "falls most",
          "is lowest",
          "suggested");
      writer.flush();
    }

    @Override
    public void tested(RateCurve curve) {
      Optional<RateCurve.Suggestion> found = curve.suggestion();
      writer.printf(
          Locale.ROOT,
          "%6d %6d %12s %12s %12s%n",
          curve.seed(),
          curve.losses().length(),
          found.map(one -> rate(one.steepest())).orElse("-"),
          found.map(one -> rate(one.lowest())).orElse("-"),
          found.map(one -> rate(one.rate())).orElse("none"));
      writer.flush();
    }

    private static String rate(double value) {
      return String.format(Locale.ROOT, "%.2g", value);
    }
  }
}
