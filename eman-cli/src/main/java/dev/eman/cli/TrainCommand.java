package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.cli.ClusterTraining.Cluster;
import dev.eman.core.UsageException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.PathNames;
import dev.eman.train.InitialWeights;
import dev.eman.train.RunFiles;
import dev.eman.train.RunResult;
import dev.eman.train.options.GivenOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a classifier, or resumes a run. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = RunOptions.class,
    description = {
      "Trains a classifier and writes a run folder: configuration, metrics, checkpoints, report.",
      "Options override those of the configuration file. Some algorithms have their own defaults"
          + " for some options (self-supervised ones: as published; eman algorithms NAME lists"
          + " them); a run's config.yaml records all values. Ctrl-C finishes the step and saves."
    })
public final class TrainCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Options in YAML, named as below without the leading hyphens.")
  private @Nullable Path config;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder of the run (default: runs/ALGORITHM-DATASET-sSEED, or, if that holds a run, the"
              + " same with -2, -3 and so on).")
  private @Nullable String out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "Resume the run in this folder from its last checkpoint; the result is the"
              + " same as without the interruption. With --steps, --epochs or --limit-steps it"
              + " becomes longer, also if it has finished.")
  private @Nullable String resume;

  @Option(
      names = "--rebuild-metrics",
      description =
          "With --resume: if metrics.csv is damaged, keep its intact rows, take accuracies from"
              + " the checkpoint and leave other cells empty.")
  private boolean rebuildMetrics;

  @Mixin private ClusterOptions where = new ClusterOptions();

  @Mixin private WatchOptions watch = new WatchOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec command = requireNonNull(spec);
    PrintWriter writer = command.commandLine().getOut();
    try (WatchOptions.Watching page = watch.open(where.cluster().isPresent())) {
      return resume == null ? start(writer, page) : resume(writer, resume, page);
    }
  }

  private int start(PrintWriter writer, WatchOptions.Watching page) {
    CommandSpec command = requireNonNull(spec);
    if (rebuildMetrics) {
      throw new ParameterException(
          command.commandLine(), "--rebuild-metrics: expected together with --resume");
    }
    OptionTexts texts = config == null ? OptionTexts.empty() : OptionTexts.read(config);
    OptionTexts given = RunOptions.given(command);
    texts = texts.and(given);
    TrainingOptions all = config == null ? texts.resolve() : texts.resolve(config.toString());
    GivenOptions.check(given, all);
    InitialWeights.checkGiven(given, all);
    Optional<Cluster> cluster = where.cluster();
    if (cluster.isPresent()) {
      return ClusterOptions.training()
          .start(cluster.get(), out, defaultFolder(all).toString(), all, writer);
    }
    Path chosen = out == null ? null : path("--out", out);
    try (RunSession session = open(writer, chosen, defaultFolder(all), all)) {
      page.show(session.run().files().root(), writer);
      return finish(writer, session);
    }
  }

  private static Path path(String option, String text) {
    if (text.matches("[A-Za-z][A-Za-z0-9+.-]+://.*")) { // Or it would be a folder of that name.
      throw new UsageException(
          option + ": expected a path of this machine, got " + text + ", which needs --spark");
    }
    try {
      return PathNames.parse(text);
    } catch (UsageException e) {
      throw new UsageException(option + ": " + e.getMessage(), e);
    }
  }

  /**
   * Trains a whole run in a new folder. Returns the exit code.
   *
   * @param chosen the user's choice, which must not hold a run; null for the usual one
   * @param usual the folder without a choice, or the next free one
   */
  static int start(PrintWriter writer, @Nullable Path chosen, Path usual, TrainingOptions all) {
    try (RunSession session = open(writer, chosen, usual, all)) {
      return finish(writer, session);
    }
  }

  private static RunSession open(
      PrintWriter writer, @Nullable Path chosen, Path usual, TrainingOptions all) {
    return chosen == null
        ? RunSession.startNumbered(all, usual, writer)
        : RunSession.start(all, chosen, writer);
  }

  private int resume(PrintWriter writer, String folder, WatchOptions.Watching page) {
    CommandSpec command = requireNonNull(spec);
    for (String name : List.of("--config", "--out")) {
      if (command.commandLine().getParseResult().hasMatchedOption(name)) {
        throw new ParameterException(
            command.commandLine(), name + ": expected without --resume, which uses the run's own");
      }
    }
    OptionTexts changes = RunOptions.given(command);
    Optional<Cluster> cluster = where.cluster();
    if (cluster.isPresent()) {
      return ClusterOptions.training()
          .resume(cluster.get(), folder, rebuildMetrics, changes, writer);
    }
    Path path = path("--resume", folder);
    try (RunSession session = RunSession.resume(path, rebuildMetrics, changes, writer)) {
      page.show(path, writer);
      return finish(writer, session);
    }
  }

  private static int finish(PrintWriter writer, RunSession session) {
    RunFiles files = session.run().files();
    if (!session.train()) {
      writer.printf(
          Locale.ROOT,
          "stopped after step %,d and saved; to resume: %s%n",
          session.run().state().algorithm().steps(),
          CommandLines.eman("train", "--resume", files.root()));
      writer.flush();
      return ExitCodes.INTERRUPTED;
    }
    RunResult result = session.finish();
    RunResults.print(writer, session.run(), result);
    writer.printf(Locale.ROOT, "run folder: %s%n", files.root());
    if (Files.exists(files.report())) {
      writer.printf(Locale.ROOT, "report: %s%n", files.report());
    }
    writer.flush();
    return 0;
  }

  private static Path defaultFolder(TrainingOptions options) {
    return Path.of("runs", options.algorithm() + "-" + dataName(options) + "-s" + options.seed());
  }

  /** The data set's name, or that of its folder, or of its table without the extension. */
  static String dataName(TrainingOptions options) {
    Path name = PathNames.parse(options.data().dataset()).getFileName();
    if (name == null) {
      throw new UsageException(
          "--dataset: expected a name or a folder, got " + options.data().dataset());
    }
    return name.toString().replaceFirst("(?i)\\.[ct]sv$", "");
  }
}
