package dev.eman.benchmarks.bench;

import dev.eman.cli.JavaProcess;
import dev.eman.core.UsageException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares the time of a training step, inference and update with stock DL4J and PyTorch. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the time of a training step (forward, loss, backward, SGD), of the teacher's"
          + " inference and of its update with stock DL4J and PyTorch.",
      "Each contender runs in its own process; they alternate round by round, with the same"
          + " number of threads. Prints medians over all rounds."
    })
public final class BenchStep implements Callable<Integer> {
  /** A contender whose stock step takes longer is skipped. */
  private static final double STOCK_PATIENCE_MS = 20_000;

  @Option(
      names = "--arch",
      defaultValue = "resnet14-w16",
      description =
          "Backbone, such as resnet14-w16, wrn-28-2, resnet18, resnet50 (default: ${DEFAULT-VALUE}).")
  private String arch = "resnet14-w16";

  @Option(
      names = "--batch",
      defaultValue = "64",
      description = "Images per step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--size",
      defaultValue = "32",
      description = "Height and width of the images (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--classes",
      defaultValue = "10",
      description = "Outputs of the classifier (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "Rounds, at least 5 (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(names = "--threads", description = "Threads of every contender (default: all cores).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--stock",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether to include stock DL4J (default: true).")
  private boolean stock;

  @Option(
      names = "--beside-busy",
      description =
          "Compare our training step on the quiet machine with the same beside one other busy"
              + " process, instead of with others.")
  private boolean besideBusy;

  @Option(
      names = "--json",
      description = "Print one JSON object on one line and nothing else" + " on stdout.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  private final Samples samples = new Samples();

  @Override
  public Integer call() {
    validate();
    CommandSpec command = command();
    PrintWriter out = command.commandLine().getOut();
    Map<String, @Nullable Object> result =
        besideBusy ? measureBesideBusy() : measure(command.commandLine().getErr());
    if (json) {
      out.println(Json.line(result));
    } else {
      print(out, result);
    }
    out.flush();
    return 0;
  }

  private CommandSpec command() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }

  private void validate() {
    if (rounds < 5) {
      throw new ParameterException(
          command().commandLine(), "--rounds: expected at least 5, got " + rounds);
    }
    if (batch < 1 || size < 8 || classes < 2 || threads < 1) {
      throw new ParameterException(
          command().commandLine(),
          "expected --batch and --threads of at least 1, --size of at least 8, --classes of at"
              + " least 2");
    }
    try {
      dev.eman.core.nn.Backbones.named(arch);
    } catch (UsageException e) {
      throw new ParameterException(command().commandLine(), "--arch: " + e.getMessage(), e);
    }
  }

  private List<String> job() {
    return List.of(
        arch,
        Integer.toString(batch),
        Integer.toString(size),
        Integer.toString(classes),
        Integer.toString(threads));
  }

  private Map<String, @Nullable Object> measureBesideBusy() {
    List<Contender> open = new ArrayList<>();
    try {
      Contender eman = start(open, "eman", job());
      warmUp(eman);
      Map<String, @Nullable Object> r = description();
      r.putAll(BesideBusy.measure(eman, "step", large() ? 3 : 15, 0, rounds));
      return r;
    } finally {
      open.forEach(Contender::close);
    }
  }

  private Map<String, @Nullable Object> measure(PrintWriter err) {
    List<String> job = job();
    Optional<String> python = Python.withTorch();
    if (python.isEmpty()) {
      err.println("eman: no Python with torch found (set EMAN_PYTHON to one): skipping PyTorch");
      err.flush();
    }
    List<Contender> open = new ArrayList<>();
    try {
      Contender eman = start(open, "eman", job);
      Contender torch = python.map(p -> startTorch(open, p, false)).orElse(null);
      Contender channelsLast = python.map(p -> startTorch(open, p, true)).orElse(null);
      warmUp(eman, torch, channelsLast);
      Contender dl4j = stock ? patient(start(open, "stock", job), err) : null;
      for (int round = 0; round < rounds; round++) {
        sample("eman_ms", eman, "step", 3);
        sample("pytorch_ms", torch, "step", 3);
        sample("pytorch_channels_last_ms", channelsLast, "step", 3);
        sample("inference_ms", eman, "infer", 3);
        sample("pytorch_inference_ms", torch, "infer", 3);
        sample("teacher_update_ms", eman, "update", 5);
        sample("stock_dl4j_ms", dl4j, "step", 1);
      }
      return result(eman, torch);
    } finally {
      open.forEach(Contender::close);
    }
  }

  /** Whether a step takes seconds. */
  private boolean large() {
    return size >= 128;
  }

  private void warmUp(@Nullable Contender... contenders) {
    int times = large() ? 2 : 15; // the JVM compiles, oneDNN builds its primitives
    for (Contender c : contenders) {
      if (c != null) {
        c.measure("step", times);
        c.measure("infer", times);
        c.measure("update", times);
      }
    }
  }

  private Contender start(List<Contender> open, String kind, List<String> job) {
    List<String> arguments = new ArrayList<>(List.of(kind));
    arguments.addAll(job);
    Contender c = Contender.start(kind, threads, JavaProcess.command(StepWorker.class, arguments));
    open.add(c);
    return c;
  }

  private Contender startTorch(List<Contender> open, String python, boolean channelsLast) {
    List<String> command =
        new ArrayList<>(
            List.of(
                python,
                Python.script("step.py").toString(),
                "--arch=" + arch,
                "--batch=" + batch,
                "--size=" + size,
                "--classes=" + classes,
                "--threads=" + threads));
    if (channelsLast) {
      command.add("--channels-last");
    }
    Contender c = Contender.start("pytorch", threads, command);
    open.add(c);
    return c;
  }

  private static @Nullable Contender patient(Contender dl4j, PrintWriter err) {
    double first = dl4j.measure("step", 1)[0];
    if (first <= STOCK_PATIENCE_MS) {
      return dl4j;
    }
    err.printf(
        Locale.ROOT,
        "eman: stock DL4J took %.0f s for its first step; skipping it%n",
        first / 1000);
    err.flush();
    return null;
  }

  private void sample(String key, @Nullable Contender contender, String work, int count) {
    if (contender != null) {
      samples.add(key, contender.measure(work, count));
    }
  }

  private Map<String, @Nullable Object> description() {
    Map<String, @Nullable Object> r = new LinkedHashMap<>();
    r.put("arch", arch);
    r.put("batch", batch);
    r.put("size", size);
    r.put("threads", threads);
    return r;
  }

  private Map<String, @Nullable Object> result(Contender eman, @Nullable Contender torch) {
    Map<String, @Nullable Object> r = description();
    r.putAll(
        samples.medians(
            List.of(
                "eman_ms",
                "stock_dl4j_ms",
                "pytorch_ms",
                "pytorch_channels_last_ms",
                "inference_ms",
                "pytorch_inference_ms",
                "teacher_update_ms")));
    r.put("eman_rss_mb", Samples.rounded(eman.number("rss")));
    r.put("pytorch_rss_mb", torch == null ? null : Samples.rounded(torch.number("rss")));
    return r;
  }

  private void print(PrintWriter out, Map<String, @Nullable Object> result) {
    out.printf(
        Locale.ROOT,
        "%s, batch %d, %dx%d, %d threads, medians of %d rounds%n",
        arch,
        batch,
        size,
        size,
        threads,
        rounds);
    Rows rows = new Rows(out, result);
    rows.value("training step", "ms", "eman_ms");
    if (besideBusy) {
      BesideBusy.print(rows);
      return;
    }
    rows.over("  PyTorch", "ms", "pytorch_ms", "eman_ms");
    rows.over("  PyTorch, channels last", "ms", "pytorch_channels_last_ms", "eman_ms");
    rows.over("  stock DL4J", "ms", "stock_dl4j_ms", "eman_ms");
    rows.value("teacher's inference", "ms", "inference_ms");
    rows.over("  PyTorch", "ms", "pytorch_inference_ms", "inference_ms");
    rows.value("teacher's update", "ms", "teacher_update_ms");
    rows.value("peak memory", "MiB", "eman_rss_mb");
    rows.over("  PyTorch", "MiB", "pytorch_rss_mb", "eman_rss_mb");
  }
}
