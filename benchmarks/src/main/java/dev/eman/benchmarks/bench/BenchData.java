package dev.eman.benchmarks.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.cli.JavaProcess;
import dev.eman.core.EmanException;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Compares the throughput of the data pipeline and torchvision's. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the throughput of the data pipeline (read, decode, augment, normalise, batch)"
          + " with torchvision and Pillow, on the same files with the same number of workers.",
      "Each runs in its own process; they alternate round by round. Prints medians over all rounds."
    })
public final class BenchData implements Callable<Integer> {
  private static final int SMALL_BATCH = 64;
  private static final int JPEG_BATCH = 32;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder to search for CIFAR-10; if it is not found, fashion-mnist-mini is" + " used.")
  private @Nullable Path data;

  @Option(
      names = "--workers",
      defaultValue = "2",
      description =
          "Threads of this library and processes of torchvision (default:" + " ${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Rounds, at least 1 (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "3",
      description = "Seconds per measurement (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--photos",
      defaultValue = "256",
      description = "Number of JPEG files to generate (default: ${DEFAULT-VALUE}).")
  private int photos;

  @Option(
      names = "--json",
      description = "Print one JSON object per line and nothing else on" + " stdout.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandSpec command = java.util.Objects.requireNonNull(spec);
    if (workers < 1 || rounds < 1 || !(seconds > 0) || photos < JPEG_BATCH) {
      throw new ParameterException(
          command.commandLine(),
          "expected --workers and --rounds of at least 1, --seconds above 0, --photos of at least "
              + JPEG_BATCH);
    }
    Path folder = Files.createTempDirectory("eman-bench-data");
    try {
      measure(command.commandLine().getOut(), command.commandLine().getErr(), folder);
    } finally {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    return 0;
  }

  private void measure(PrintWriter out, PrintWriter err, Path folder) throws IOException {
    Path raw = folder.resolve("small.raw");
    String name;
    String shape;
    try (ImageDataset small = RawImages.small(data)) {
      name = small.name();
      shape = RawImages.write(small, raw);
    }
    Path photoFolder = folder.resolve("photos");
    Path only = Files.createDirectories(photoFolder.resolve("a"));
    for (int i = 0; i < photos; i++) {
      PhotoMaker.write(only.resolve(i + ".jpg"), i);
    }
    List<Contender> open = new ArrayList<>();
    try {
      Contender eman = startEman(open, raw, shape, photoFolder);
      Contender torch = startTorchvision(open, err, raw, shape, photoFolder);
      String size = shape.split(",", -1)[1];
      round(out, size + "x" + size + " weak and strong views, " + name, "small", eman, torch);
      round(out, "JPEG of 500x375, crop resized to 224, flip", "jpeg", eman, torch);
    } finally {
      open.forEach(Contender::close);
    }
  }

  private void round(
      PrintWriter out, String what, String command, Contender eman, @Nullable Contender torch) {
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    eman.number(command); // The JVM compiles.
    eman.number(command);
    for (int i = 0; i < rounds; i++) {
      ours.add(eman.number(command));
      if (torch != null) {
        theirs.add(torch.number(command));
      }
    }
    print(out, what, median(ours), theirs.isEmpty() ? null : median(theirs));
  }

  private void print(PrintWriter out, String what, double ours, @Nullable Double theirs) {
    if (json) {
      Map<String, @Nullable Object> line = new LinkedHashMap<>();
      line.put("case", what);
      line.put("eman_images_per_s", ours);
      line.put("torchvision_images_per_s", theirs);
      try {
        out.println(new ObjectMapper().writeValueAsString(line));
      } catch (JsonProcessingException e) {
        throw new EmanException("cannot write JSON: " + e.getMessage(), e);
      }
    } else {
      out.printf(
          Locale.ROOT,
          "%-60s %8.0f images/s%s%n",
          what,
          ours,
          theirs == null
              ? ", torchvision not run"
              : String.format(
                  Locale.ROOT, ", torchvision %.0f: ratio %.2f", theirs, ours / theirs));
    }
    out.flush();
  }

  private Contender startEman(List<Contender> open, Path raw, String shape, Path jpegs) {
    List<String> arguments =
        List.of(
            raw.toString(),
            shape,
            jpegs.toString(),
            Integer.toString(workers),
            Integer.toString(SMALL_BATCH),
            Integer.toString(JPEG_BATCH),
            Double.toString(seconds));
    Contender c =
        Contender.start("eman", workers, JavaProcess.command(DataWorker.class, arguments));
    open.add(c);
    return c;
  }

  private @Nullable Contender startTorchvision(
      List<Contender> open, PrintWriter err, Path raw, String shape, Path jpegs) {
    Optional<String> python = Python.withTorch();
    if (python.isEmpty()) {
      err.println(
          "eman: no Python with torch found (set EMAN_PYTHON to one): skipping torchvision");
      err.flush();
      return null;
    }
    List<String> command =
        List.of(
            python.get(),
            Python.script("data.py").toString(),
            "--raw=" + raw,
            "--shape=" + shape,
            "--jpeg=" + jpegs,
            "--workers=" + workers,
            "--small-batch=" + SMALL_BATCH,
            "--jpeg-batch=" + JPEG_BATCH,
            "--seconds=" + seconds);
    Contender c = Contender.start("torchvision", 1, command);
    open.add(c);
    return c;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return Math.round((sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2 * 10) / 10.0;
  }
}
