package dev.eman.benchmarks.bench;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the speed benchmarks. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Speed and memory benchmarks.",
    subcommands = {
      BenchStep.class,
      BenchMemory.class,
      BenchData.class,
      BenchImport.class,
      BenchKnn.class,
      BenchTrain.class,
      BenchMethods.class
    })
public final class BenchCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(requireNonNull(spec).commandLine(), "Missing required subcommand");
  }
}
