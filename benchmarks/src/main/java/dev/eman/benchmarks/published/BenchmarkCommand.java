package dev.eman.benchmarks.published;

import static java.util.Objects.requireNonNull;

import dev.eman.cli.DryRun;
import dev.eman.cli.ExitCodes;
import dev.eman.cli.RunReports;
import dev.eman.cli.RunSession;
import dev.eman.core.UsageException;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.TrainingRun;
import dev.eman.train.metrics.MeanStd;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.GivenOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a published setting. */
@Command(
    name = "benchmark",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a published setting, such as fixmatch-imagenet-1percent or flexmatch-cifar100-400;"
          + " without a name, lists them.",
      "The same command resumes an interrupted setting, also with a larger --limit-steps or none,"
          + " or other --data. --dry-run estimates time and memory."
    })
public final class BenchmarkCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "Name of the" + " setting.")
  private @Nullable String name;

  @Option(
      names = "--teacher",
      paramLabel = "MODE",
      description = "none, ema or eman (default: the setting's, eman).")
  private @Nullable String teacher;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of runs, with seeds from --seed (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The first seed (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder to search for data first.")
  private @Nullable Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the runs (default: runs/NAME).")
  private @Nullable Path out;

  @Option(
      names = "--devices",
      paramLabel = "N",
      description = "Divide each batch among N devices of this machine.")
  private @Nullable Integer devices;

  @Option(
      names = "--accumulate",
      paramLabel = "PARTS",
      description = "Split each batch into PARTS parts, to save memory.")
  private @Nullable Integer accumulate;

  @Option(
      names = "--limit-steps",
      paramLabel = "N",
      description = "Stop after N steps of the schedule.")
  private @Nullable Long limitSteps;

  @Option(
      names = "--with",
      paramLabel = "KEY=VALUE",
      description =
          "Any other option of eman train, which overrides the setting's; may be" + " repeated.")
  private List<String> changes = List.of();

  @Option(
      names = "--dry-run",
      description =
          "Show steps, images, memory, and the time estimated from a measured step,"
              + " without training.")
  private boolean dryRun;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter writer = requireNonNull(spec).commandLine().getOut();
    if (name == null) {
      PublishedSettings.listed()
          .forEach((n, yaml) -> writer.printf("%-40s %s%n", n, PublishedSettings.title(yaml)));
      writer.printf(
          "%nIn the names that begin with fixmatch, each of these may stand in its place, such as"
              + " flexmatch-cifar10-40:%n%s%n",
          String.join(", ", PublishedSettings.family()));
      writer.flush();
      return 0;
    }
    if (seeds < 1) {
      throw new ParameterException(
          requireNonNull(spec).commandLine(), "--seeds: expected at least 1, got " + seeds);
    }
    String setting = name;
    if (dryRun) {
      DryRun.print(writer, setting, options(setting, seed));
      return 0;
    }
    List<Double> student = new ArrayList<>();
    List<Double> averaged = new ArrayList<>();
    String measured = "";
    for (long s = seed; s < seed + seeds; s++) {
      TrainingOptions options = options(setting, s);
      Path folder = folder(setting, s);
      if (!TrainingRun.isFinished(folder, options) && !train(writer, options, folder)) {
        writer.println("stopped and saved; the same command resumes");
        writer.flush();
        return ExitCodes.INTERRUPTED;
      }
      RunFiles files = new RunFiles(folder);
      RunReports.complete(files);
      RunRecord record = RunRecord.read(files);
      RunRecord.Results results = record.results();
      measured = measured(record.measurement());
      results.testTop1(Network.STUDENT).ifPresent(top1 -> student.add(100 * top1));
      results.testTop1(Network.TEACHER).ifPresent(top1 -> averaged.add(100 * top1));
    }
    writer.printf(
        Locale.ROOT,
        "%s, %d seed%s: student %s, teacher %s (%s, percent)%nruns: %s%n",
        setting,
        seeds,
        seeds == 1 ? "" : "s",
        MeanStd.of(student),
        MeanStd.of(averaged),
        measured,
        root(setting));
    writer.flush();
    return 0;
  }

  private boolean train(PrintWriter writer, TrainingOptions options, Path folder) {
    try (RunSession session =
        new RunFiles(folder).isBegun()
            ? RunSession.resume(folder, options, writer)
            : RunSession.start(options, folder, writer)) {
      if (!session.train()) {
        return false;
      }
      session.finish();
      return true;
    }
  }

  /** The setting's options, overridden by those given. */
  private TrainingOptions options(String setting, long runSeed) {
    OptionTexts texts = OptionTexts.ofYaml(PublishedSettings.named(setting), setting);
    if (teacher != null) {
      texts = texts.withSetting("teacher", teacher);
    }
    texts = with(texts, DataOptions.DATA, data);
    texts = with(texts, BatchOptions.DEVICES, devices);
    texts = with(texts, BatchOptions.ACCUMULATE, accumulate);
    texts = with(texts, ScheduleOptions.LIMIT_STEPS, limitSteps);
    texts = texts.with(TrainingOptions.SEED, Long.toString(runSeed));
    OptionTexts given = OptionTexts.ofPairs(changes, "--with");
    checkOwn(given);
    TrainingOptions all = texts.and(given).resolve(setting);
    GivenOptions.check(given, all);
    return all;
  }

  /** What the command has an option for would be dropped, or count for a folder of another name. */
  private void checkOwn(OptionTexts given) {
    given
        .text(TrainingOptions.SEED)
        .ifPresent(
            first -> {
              throw new UsageException(
                  "--with seed: expected --seed, as each of --seeds runs has its own, got seed="
                      + first);
            });
    checkOnce("data", data, given.has(DataOptions.DATA));
    checkOnce("devices", devices, given.has(BatchOptions.DEVICES));
    checkOnce("accumulate", accumulate, given.has(BatchOptions.ACCUMULATE));
    checkOnce("limit-steps", limitSteps, given.has(ScheduleOptions.LIMIT_STEPS));
    checkOnce("teacher", teacher, given.setting("teacher").isPresent());
  }

  private static void checkOnce(String option, @Nullable Object own, boolean with) {
    if (own != null && with) {
      throw new UsageException("--" + option + ": expected once, found in --with too");
    }
  }

  /** What accuracies are, and of which images. */
  static String measured(RunRecord.Measurement measurement) {
    return (measurement.isOfClassifier() ? "top-1" : "k-NN accuracy")
        + " on the "
        + measurement.testImages();
  }

  private static OptionTexts with(
      OptionTexts texts, TrainingOption<?> option, @Nullable Object value) {
    return value == null ? texts : texts.with(option, value.toString());
  }

  private Path root(String setting) {
    return out == null ? Path.of("runs", setting) : out;
  }

  private Path folder(String setting, long runSeed) {
    return root(setting).resolve((teacher == null ? "" : teacher + "-") + "s" + runSeed);
  }
}
