package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.CommandLines;
import dev.eman.train.InitialWeights;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.GivenOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptimizerOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.ViewOptions;
import dev.eman.train.options.WeightSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fine-tunes a pretrained backbone with a classifier, on labelled images only. */
@Command(
    name = "finetune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = FinetuneCommand.Options.class,
    description = {
      "Trains a classifier on a pretrained backbone with labelled images only, at separate"
          + " learning rates for backbone and classifier. Writes a run folder as eman train"
          + " does.",
      "Data, how they are read, and backbone default to those of the run, the backbone's learning"
          + " rate to 0.01. For FixMatch and Mean Teacher use eman train --init."
    })
public final class FinetuneCommand implements Callable<Integer> {
  private static final OptionTexts DEFAULTS =
      OptionTexts.empty()
          .with(TrainingOptions.ALGORITHM, "supervised")
          .with(OptimizerOptions.LEARNING_RATE, "0.1")
          .with(OptimizerOptions.BACKBONE_LEARNING_RATE, "0.01")
          .with(ScheduleOptions.SCHEDULE, "cosine")
          .with(BatchOptions.BATCH, "64")
          .with(ScheduleOptions.STEPS, "1000")
          .with(OptimizerOptions.WEIGHT_DECAY, "0");

  /** The options that fine-tuning takes over from the pretraining run. */
  private static final List<TrainingOption<?>> KEPT =
      List.of(
          DataOptions.DATASET,
          DataOptions.DATA,
          DataOptions.IMAGES,
          DataOptions.CLASSES,
          DataOptions.ORIENTATION,
          DataOptions.CORRUPT_IMAGES,
          TrainingOptions.BACKBONE,
          DataOptions.SIZE,
          ViewOptions.TEST);

  /** What FILE takes the place of, and what has no effect where only labels teach. */
  private static final List<TrainingOption<?>> NOT_OFFERED =
      List.of(
          InitialOptions.INIT,
          BatchOptions.MU,
          ViewOptions.STRONG,
          ViewOptions.FIRST,
          ViewOptions.SECOND,
          EvaluationOptions.KNN,
          EvaluationOptions.KNN_BANK);

  /** What the advice names even where it is the default. */
  private static final List<TrainingOption<?>> ALWAYS_SAID =
      List.of(DataOptions.DATASET, TrainingOptions.BACKBONE);

  /** A run's options with this command's defaults. */
  static final class Options extends RunOptions {
    @Override
    boolean shows(TrainingOption<?> option) {
      return !NOT_OFFERED.contains(option);
    }

    @Override
    String text(TrainingOption<?> option) {
      if (option.equals(TrainingOptions.ALGORITHM)) {
        return "Only supervised, which learns from labels alone; for others use eman train --init.";
      }
      return option.equals(ScheduleOptions.EPOCHS)
          ? "Length in passes over the labelled images, instead of in steps."
          : option.text();
    }

    @Override
    OptionTexts defaults() {
      OptionTexts texts = DEFAULTS;
      for (TrainingOption<?> option : KEPT) {
        texts = texts.with(option, "the run's");
      }
      return texts;
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description =
          "A run folder, one of its checkpoints, a weight file (PyTorch .pth or safetensors), or"
              + " published weights by name, such as torchvision:resnet18.")
  private WeightSource file = new WeightSource.Local(Path.of("."));

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder of the new run (default: runs/finetune-DATASET-sSEED, or, if that holds a run,"
              + " the same with -2, -3 and so on).")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec command = requireNonNull(spec);
    OptionTexts given = RunOptions.given(command);
    if (given.has(InitialOptions.INIT)) {
      throw new ParameterException(
          command.commandLine(),
          "--init: expected only FILE as the start, found both; omit --init");
    }
    OptionTexts kept = kept(given);
    OptionTexts texts = DEFAULTS.and(kept).with(InitialOptions.INIT, file.recorded()).and(given);
    texts.checkFound(DataOptions.PLACES);
    TrainingOptions all = texts.resolve();
    if (!all.algorithm().equals("supervised")) {
      throw new ParameterException(
          command.commandLine(),
          "--algorithm: expected supervised, as eman finetune trains with labels only, got "
              + all.algorithm()
              + "; use "
              + training(kept, given));
    }
    GivenOptions.check(given, all);
    InitialWeights.checkGiven(given, all);
    Path usual = Path.of("runs", "finetune-" + TrainCommand.dataName(all) + "-s" + all.seed());
    return TrainCommand.start(command.commandLine().getOut(), out, usual, all);
  }

  /** The command that trains what was given from the same start. */
  private String training(OptionTexts kept, OptionTexts given) {
    List<String> words = new ArrayList<>(List.of("train", "--init", file.toString()));
    for (TrainingOption<?> option : TrainingOptions.all()) {
      boolean usual = option.defaultText().equals(kept.text(option).orElse(""));
      if (given.has(option) || (kept.has(option) && (ALWAYS_SAID.contains(option) || !usual))) {
        words.add("--" + option.name());
        words.add(given.text(option).or(() -> kept.text(option)).orElseThrow());
      }
    }
    List<String> settings =
        requireNonNull(spec)
            .commandLine()
            .getParseResult()
            .matchedOptionValue("--" + OptionTexts.SET, List.of());
    settings.forEach(setting -> words.addAll(List.of("--" + OptionTexts.SET, setting)));
    return CommandLines.eman(words.toArray());
  }

  private OptionTexts kept(OptionTexts given) {
    OptionTexts kept = new InitialWeights(file, null, null, null).options().only(KEPT);
    // Another data set need not lie where the run's was, be a table, or have its classes.
    return given.has(DataOptions.DATASET)
        ? kept.without(List.of(DataOptions.IMAGES, DataOptions.CLASSES))
            .withoutMissing(DataOptions.DATA)
        : kept;
  }
}
