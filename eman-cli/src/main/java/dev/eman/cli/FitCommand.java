package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.UsageException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.Printable;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.RunFiles;
import dev.eman.train.RunListener;
import dev.eman.train.RunRecord;
import dev.eman.train.RunResult;
import dev.eman.train.TrainingRun;
import dev.eman.train.fit.Fit;
import dev.eman.train.fit.FitDriver;
import dev.eman.train.fit.FitResult;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a classifier within a given time, and chooses the options itself. */
@Command(
    name = "fit",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = FitCommand.Options.class,
    description = {
      "Trains a classifier within a given time: looks at the images, times a few steps, chooses"
          + " method, network, image size and length, says why, trains, evaluates and reports.",
      "The run's config.yaml has all that was chosen; eman train --config repeats it. Called again"
          + " it resumes a run that was interrupted; with more --minutes it continues one that has"
          + " finished."
    })
public final class FitCommand implements Callable<Integer> {
  /** A run's options that may be decided beforehand. */
  static final class Options extends RunOptions {
    @Override
    OptionTexts defaults() {
      return OptionTexts.empty()
          .with(DataOptions.LABELS, LabelAmount.fraction(1).toString())
          .with(DataOptions.SIZE, "chosen")
          .with(TrainingOptions.BACKBONE, "chosen");
    }

    @Override
    boolean takes(TrainingOption<?> option) {
      return Fit.settable().contains(option);
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "PHOTOS",
      description = "A folder or a table of images, or a data set's name.")
  private String images = "";

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "Time for all of it, evaluation and report included (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the run (default: runs/fit-NAME).")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    long started =
        System.nanoTime()
            - TimeUnit.MILLISECONDS.toNanos(ManagementFactory.getRuntimeMXBean().getUptime());
    CommandSpec command = requireNonNull(spec);
    PrintWriter writer = command.commandLine().getOut();
    if (!(minutes > 0 && minutes < Double.POSITIVE_INFINITY)) {
      throw new UsageException("--minutes: expected above 0, got " + minutes);
    }
    Fit fit = Fit.dataset(images).minutes(minutes).options(RunOptions.given(command));
    if (out != null) {
      fit.out(out);
    }
    Progress progress = new Progress(writer);
    Optional<FitResult> result = fit.startedAt(started).run(progress);
    if (result.isEmpty()) {
      writer.println("stopped and saved; the same command resumes it");
      writer.flush();
      return ExitCodes.INTERRUPTED;
    }
    print(writer, result.get());
    return 0;
  }

  private static void print(PrintWriter writer, FitResult result) {
    RunFiles files = new RunFiles(result.folder());
    RunReports.complete(files); // The call that trained may have been killed before.
    RunRecord.Results results = result.record().results();
    if (results.testStudentTop1() != null) {
      Double teacher = results.testTeacherTop1();
      writer.printf(
          Locale.ROOT,
          "fit: %.2f%% of the %s (%s) in %.1f minutes%n",
          100 * (teacher == null ? results.testStudentTop1() : teacher),
          result.record().measurement().testImagesCounted(),
          teacher == null ? "student" : "teacher",
          result.spentSeconds() / 60);
    }
    writer.printf(Locale.ROOT, "run folder: %s%n", files.root());
    if (Files.exists(files.report())) {
      writer.printf(Locale.ROOT, "report: %s%n", files.report());
    }
    if (!result.record().data().classes().isEmpty()) {
      writer.printf(
          Locale.ROOT, "to use it: %s%n", CommandLines.eman("predict", files.root(), "PHOTO"));
    }
    writer.flush();
  }

  /** Shows each run as {@code eman train} does. */
  private static final class Progress implements FitDriver {
    private final PrintWriter writer;

    Progress(PrintWriter writer) {
      this.writer = writer;
    }

    @Override
    public void chosen(String line) {
      writer.println(Printable.escape(line));
      writer.flush();
    }

    @Override
    public @Nullable RunResult train(Function<? super RunListener, TrainingRun> opening) {
      try (RunSession session = RunSession.open(writer, opening)) {
        if (!session.train()) {
          return null;
        }
        RunResult result = session.finish();
        RunResults.print(writer, session.run(), result);
        return result;
      }
    }
  }
}
