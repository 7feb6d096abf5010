package dev.eman.benchmarks.bench;

import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.cli.JavaProcess;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Compares the time of whole training steps, including data, with the bare networks and PyTorch.
 */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the time of the trainer's FixMatch-EMAN or MoCo-EMAN steps (data, both"
          + " networks, updates, metrics) with a bare student step and teacher inference, ours and"
          + " libtorch's, and with a PyTorch loop.",
      "Each side runs in its own process; they alternate round by round. Prints medians. From Java"
          + " libtorch has no augmentation: its bare step and inference, on images in memory, are"
          + " less than a whole step of its would take."
    })
public final class BenchTrain implements Callable<Integer> {
  private static final int WARM_UP = 25;
  private static final int STEPS = 14;
  private static final int SKIPPED = 6;

  /** The method to train. */
  enum Method {
    FIXMATCH,
    MOCO
  }

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder to search for CIFAR-10; if it is not found, fashion-mnist-mini is" + " used.")
  private @Nullable Path data;

  @Option(
      names = "--arch",
      defaultValue = "resnet14-w16",
      description = "Backbone (default: ${DEFAULT-VALUE}).")
  private String arch = "";

  @Option(
      names = "--batch",
      defaultValue = "32",
      description = "Labelled images per step; for moco, all images (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--method",
      defaultValue = "fixmatch",
      description = "fixmatch or moco (default: ${DEFAULT-VALUE}).")
  private Method method = Method.FIXMATCH;

  @Option(
      names = "--queue",
      defaultValue = "4096",
      description = "Keys in moco's queue, a multiple of the batch (default: ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "libtorch,pytorch",
      description =
          "Whom to compare with, joined by commas: libtorch (fixmatch alone; Maven resolves it),"
              + " pytorch (a Python's), none (default: ${DEFAULT-VALUE}).")
  private List<String> peers = List.of();

  @Option(names = "--channels-last", description = "Run PyTorch in the channels-last layout.")
  private boolean channelsLast;

  @Option(
      names = "--mu",
      defaultValue = "4",
      description = "Unlabelled images per labelled image (default: ${DEFAULT-VALUE}).")
  private int mu;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "Rounds (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--workers",
      defaultValue = "1",
      description = "Threads or processes that load data (default: ${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = "--beside-busy",
      description =
          "Compare our whole step on the quiet machine with the same beside one other busy process,"
              + " instead of with others.")
  private boolean besideBusy;

  @Option(names = "--json", description = "Print one JSON object on one line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandLine command = requireNonNull(spec).commandLine();
    if (rounds < 1 || batch < 1 || mu < 1 || workers < 1) {
      throw new ParameterException(
          command, "expected --rounds, --batch, --mu and --workers of at least 1");
    }
    for (String peer : peers) {
      if (!List.of("libtorch", "pytorch", "none").contains(peer)) {
        throw new ParameterException(
            command,
            "--peers: expected libtorch or pytorch, joined by commas, or none, got \""
                + peer
                + "\"");
      }
    }
    Path folder = Files.createTempDirectory("eman-bench-train");
    List<Contender> open = new ArrayList<>();
    try {
      Path raw = folder.resolve("small.raw");
      String shape;
      try (ImageDataset small = RawImages.small(data)) {
        shape = RawImages.write(small, raw);
      }
      Contender eman = startEman(open, raw, shape);
      if (besideBusy) {
        eman.measure("whole", WARM_UP);
        print(command.getOut(), BesideBusy.measure(eman, "whole", STEPS, SKIPPED, rounds));
      } else {
        TrainPeers others = new TrainPeers(arch, batch, mu, command.getErr());
        Contender libtorch =
            peers.contains("libtorch") && method == Method.FIXMATCH
                ? others.libtorch(open, folder, shape)
                : null;
        Contender torch =
            peers.contains("pytorch")
                ? others.pytorch(open, raw, shape, workers, script(), channelsLast)
                : null;
        if (libtorch != null) {
          libtorch.measure("bare", WARM_UP);
        }
        print(command.getOut(), contest(eman, libtorch, torch));
      }
    } finally {
      open.forEach(Contender::close);
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    return 0;
  }

  private Map<String, @Nullable Object> contest(
      Contender eman, @Nullable Contender libtorch, @Nullable Contender torch) {
    Samples samples = new Samples();
    eman.measure("whole", WARM_UP);
    eman.measure("bare", WARM_UP);
    for (int round = 0; round < rounds; round++) {
      sample(samples, "eman_ms", eman, "whole");
      sample(samples, "bare_ms", eman, "bare");
      sample(samples, "libtorch_bare_ms", libtorch, "bare");
      sample(samples, "pytorch_ms", torch, "whole");
    }
    return samples.medians(List.of("eman_ms", "bare_ms", "pytorch_ms", "libtorch_bare_ms"));
  }

  private Contender startEman(List<Contender> open, Path raw, String shape) {
    List<String> arguments =
        List.of(
            raw.toString(),
            shape,
            arch,
            Integer.toString(batch),
            Integer.toString(mu),
            Integer.toString(workers),
            method.name(),
            Integer.toString(queue));
    int threads = Runtime.getRuntime().availableProcessors();
    Contender c =
        Contender.start("eman", threads, JavaProcess.command(TrainWorker.class, arguments));
    open.add(c);
    return c;
  }

  /** The script and what it alone is told. */
  private List<String> script() {
    return method == Method.MOCO
        ? List.of("moco.py", "--queue=" + queue)
        : List.of("fixmatch.py", "--mu=" + mu);
  }

  private static void sample(
      Samples samples, String key, @Nullable Contender contender, String work) {
    if (contender != null) {
      // The first steps use data that was loaded while the other side ran.
      samples.add(key, Arrays.stream(contender.measure(work, STEPS)).skip(SKIPPED).toArray());
    }
  }

  private void print(PrintWriter out, Map<String, @Nullable Object> result) {
    if (json) {
      out.println(Json.line(result));
    } else {
      String size = method == Method.MOCO ? "queue " + queue : "mu " + mu;
      out.printf(
          Locale.ROOT,
          "%s, %s, batch %d, %s, medians of %d rounds%n",
          method.name().toLowerCase(Locale.ROOT),
          arch,
          batch,
          size,
          rounds);
      Rows rows = new Rows(out, result);
      rows.value("whole step", "ms", "eman_ms");
      if (besideBusy) {
        BesideBusy.print(rows);
      } else {
        rows.over("  PyTorch, whole", "ms", "pytorch_ms", "eman_ms");
        rows.over("  bare step and inference", "ms", "bare_ms", "eman_ms");
        rows.over("  libtorch, bare", "ms", "libtorch_bare_ms", "eman_ms");
      }
    }
    out.flush();
  }
}
