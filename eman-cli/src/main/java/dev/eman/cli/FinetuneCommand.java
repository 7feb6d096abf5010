package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.EmanException;
import dev.eman.core.train.Checkpoint;
import dev.eman.train.InitialWeights;
import dev.eman.train.RunConfig;
import dev.eman.train.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a classifier from a pretrained backbone, on labelled images alone. */
@Command(
    name = "finetune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    defaultValueProvider = FinetuneCommand.Defaults.class,
    description = {
      "Trains a classifier on a pretrained backbone with labelled images alone, backbone and"
          + " classifier at rates of their own. Writes a run folder as eman train does.",
      "Data and backbone are those of the run unless given; the backbone learns at 0.01 unless given."
          + " For FixMatch and Mean Teacher use eman train --init."
    })
public final class FinetuneCommand implements Callable<Integer> {
  private static final List<String> DEFAULTS =
      List.of(
          "--algorithm=supervised",
          "--learning-rate=0.1",
          "--backbone-learning-rate=0.01",
          "--schedule=cosine",
          "--batch=64",
          "--steps=1000",
          "--weight-decay=0");

  /** Shows them in --help. */
  static final class Defaults implements IDefaultValueProvider {
    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
      if (argument instanceof OptionSpec option) {
        for (String line : DEFAULTS) {
          if (line.startsWith(option.longestName() + "=")) {
            return line.substring(line.indexOf('=') + 1);
          }
        }
      }
      return null; // The option's own.
    }
  }

  /** What a pretraining and its fine-tuning have in common. */
  private static final List<String> KEPT =
      List.of("dataset", "data", "backbone", "size", "test-view");

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description =
          "A run folder, one of its checkpoints, or weights of PyTorch (.pth) or safetensors.")
  private Path file = Path.of(".");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The run's folder (default: runs/finetune-DATASET-sSEED).")
  private @Nullable Path out;

  @Mixin // Checked and shown by --help; read again with the rest.
  private RunOptions options = new RunOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec command = requireNonNull(spec);
    if (options.init != null) {
      throw new ParameterException(
          command.commandLine(), "--init: expected FILE alone to start from, found both");
    }
    List<String> arguments = new ArrayList<>(DEFAULTS);
    arguments.addAll(kept());
    arguments.add("--init=" + file);
    arguments.addAll(TrainCommand.given(command));
    RunOptions all = RunConfig.parse(arguments);
    if (!all.algorithm.equals("supervised")) {
      throw new ParameterException(
          command.commandLine(),
          "eman finetune trains with labels alone; take eman train --init " + file);
    }
    Path name = Path.of(all.dataset).getFileName();
    if (name == null) {
      throw new EmanException("--dataset: expected a name or a folder, got " + all.dataset);
    }
    Path folder = out == null ? Path.of("runs", "finetune-" + name + "-s" + all.seed) : out;
    return TrainCommand.start(command.commandLine().getOut(), folder, all);
  }

  private List<String> kept() {
    Path checkpoint = new InitialWeights(file, null, null).file();
    if (!InitialWeights.isCheckpoint(checkpoint)) {
      return List.of();
    }
    return RunConfig.arguments(Checkpoint.read(checkpoint)).stream()
        .filter(a -> KEPT.stream().anyMatch(name -> a.startsWith("--" + name + "=")))
        .toList();
  }
}
