package dev.eman.benchmarks.bench;

import dev.eman.cli.JavaProcess;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks whether memory grows with the number of steps. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    description =
        "Measures resident memory after 100 and after 1,000 training steps; it must" + " not grow.")
public final class BenchMemory implements Callable<Integer> {
  private static final int FIRST = 100;
  private static final int LAST = 1000;

  @Option(
      names = "--arch",
      defaultValue = "resnet14-w16",
      description = "Backbone (default: ${DEFAULT-VALUE}).")
  private String arch = "resnet14-w16";

  @Option(
      names = "--batch",
      defaultValue = "16",
      description = "Images per step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    PrintWriter out = spec.commandLine().getOut();
    int threads = Runtime.getRuntime().availableProcessors();
    List<String> job =
        List.of("eman", arch, Integer.toString(batch), "32", "10", Integer.toString(threads));
    try (Contender eman =
        Contender.start("eman", threads, JavaProcess.command(StepWorker.class, job))) {
      double first = afterSteps(eman, FIRST);
      double last = afterSteps(eman, LAST - FIRST);
      out.printf(
          Locale.ROOT,
          "resident after %d steps %.0f MiB, after %d steps %.0f MiB, ratio %.3f%n",
          FIRST,
          first,
          LAST,
          last,
          last / first);
    }
    out.flush();
    return 0;
  }

  /** Runs steps, each with the teacher's inference and update, as in training. */
  private static double afterSteps(Contender eman, int steps) {
    for (int i = 0; i < steps; i++) {
      eman.measure("step", 1);
      eman.measure("infer", 1);
      eman.measure("update", 1);
    }
    return eman.number("rss-now");
  }
}
