package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.io.AtomicFiles;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.report.ReportPage;
import dev.eman.train.metrics.MeanStd;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.TrainingOptionsBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Demonstration: accuracy with 1% of the labels, with and without FixMatch and EMAN. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Trains on 60 labelled images of fashion-mnist-mini: with these alone, and by FixMatch"
          + " with an EMAN teacher, which also learns from 6,000 unlabelled images.",
      "Takes a few minutes on two cores. Nothing is downloaded."
    })
public final class DemoCommand implements Callable<Integer> {
  /** Chosen by experiment; see docs/performance.md. */
  private static TrainingOptionsBuilder common(String algorithm) {
    return TrainingOptions.builder(algorithm)
        .dataset("fashion-mnist-mini")
        .labels(LabelAmount.fraction(0.01))
        .backbone("resnet14-w16")
        .batch(16)
        .unlabeledRatio(2)
        .learningRate(0.03)
        .checkpointEvery(400);
  }

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1600",
      description = "Training steps of each method (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of label draws, with seeds from 0 (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--compare",
      description =
          "Also train FixMatch without a teacher and with an EMA teacher (batch statistics).")
  private boolean compare;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the runs (default: runs/demo, or runs/demo-2 and so on).")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  private final List<Path> runs = new ArrayList<>();

  @Override
  public Integer call() {
    CommandSpec command = requireNonNull(spec);
    if (seeds < 1 || steps < 1) {
      throw new ParameterException(
          command.commandLine(), "expected --seeds and --steps of at least 1");
    }
    PrintWriter writer = command.commandLine().getOut();
    Path folder = out == null ? newFolder(Path.of("runs", "demo")) : out;
    Map<String, List<EvaluationReport>> results = new LinkedHashMap<>();
    for (int seed = 0; seed < seeds; seed++) {
      for (Map.Entry<String, TrainingOptionsBuilder> method : methods().entrySet()) {
        EvaluationReport report = train(writer, folder, method, seed);
        if (report == null) {
          writer.println("stopped; run the demo again for the whole comparison");
          return ExitCodes.INTERRUPTED;
        }
        results.computeIfAbsent(method.getKey(), name -> new ArrayList<>()).add(report);
      }
    }
    Path page = folder.resolve("report.html");
    ReportPage.write(runs, page);
    print(writer, results, page);
    return 0;
  }

  private Map<String, TrainingOptionsBuilder> methods() {
    Map<String, TrainingOptionsBuilder> methods = new LinkedHashMap<>();
    methods.put("supervised", common("supervised"));
    for (String teacher : compare ? List.of("none", "ema", "eman") : List.of("eman")) {
      methods.put(
          "fixmatch-" + teacher,
          common("fixmatch")
              .algorithmOption("teacher", teacher)
              .algorithmOption("threshold", 0.9)
              .algorithmOption("teacher_momentum", 0.99));
    }
    return methods;
  }

  private @Nullable EvaluationReport train(
      PrintWriter writer, Path folder, Map.Entry<String, TrainingOptionsBuilder> method, int seed) {
    TrainingOptions options =
        method.getValue().steps(steps).evaluateEvery(Math.max(1, steps / 8)).seed(seed).build();
    Path run = folder.resolve(method.getKey() + "-s" + seed);
    try (RunSession session = RunSession.start(options, run, writer)) {
      if (!session.train()) {
        return null;
      }
      runs.add(run);
      return requireNonNull(session.finish().test());
    }
  }

  private void print(PrintWriter writer, Map<String, List<EvaluationReport>> results, Path page) {
    writer.printf(
        Locale.ROOT,
        "%nTest accuracy after %d steps with 60 labels%s, percent:%n%n",
        steps,
        seeds == 1 ? "" : ", mean and deviation of " + seeds + " seeds");
    writer.printf(Locale.ROOT, "%-18s %16s %16s%n", "", "student", "teacher");
    results.forEach(
        (name, reports) ->
            writer.printf(
                Locale.ROOT,
                "%-18s %16s %16s%n",
                name,
                MeanStd.of(reports, EvaluationReport::student),
                MeanStd.of(reports, EvaluationReport::teacher)));
    writer.printf(Locale.ROOT, "%nreport: %s%n", page);
    writer.printf(
        Locale.ROOT,
        "demo: supervised %.2f, fixmatch-eman %.2f%n",
        deployed(results, "supervised"),
        deployed(results, "fixmatch-eman"));
    writer.flush();
  }

  private static double deployed(Map<String, List<EvaluationReport>> results, String method) {
    return MeanStd.of(requireNonNull(results.get(method)), EvaluationReport::deployed).mean();
  }

  /** Makes it, or the first of {@code WANTED-2} and so on: a second demo may start at once. */
  private static Path newFolder(Path wanted) {
    Path folder = wanted;
    try {
      Files.createDirectories(wanted.toAbsolutePath().getParent());
      for (int i = 2; !isNew(folder); i++) {
        folder = wanted.resolveSibling(wanted.getFileName() + "-" + i);
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(folder, e);
    }
    return folder;
  }

  private static boolean isNew(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
