package dev.eman.benchmarks.bench;

import static java.util.Objects.requireNonNull;

import dev.eman.core.EmanException;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightImport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times the import of weights. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Times a single import of PyTorch or safetensors weights, without warm-up, as a user"
          + " experiences it.",
      "Memory is the process's peak (Linux) above its size before the network was created; it"
          + " includes the network."
    })
public final class BenchImport implements Callable<Integer> {
  private static final double MIB = 1024.0 * 1024.0;

  @Parameters(index = "0", paramLabel = "FILE", description = "Weight file.")
  private Path file = Path.of(".");

  @Option(
      names = "--arch",
      defaultValue = "resnet50",
      description = "Backbone (default: ${DEFAULT-VALUE}).")
  private String arch = "";

  @Option(
      names = "--classes",
      defaultValue = "1000",
      description =
          "Classes of the network; 0 for only the backbone (default:" + " ${DEFAULT-VALUE}).")
  private int classes;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    // Loads classes and natives first, because these are not part of the import.
    GraphParts.upTo(Backbones.named("resnet8-w4").classifier(2, 1), "avgpool");
    long before = status("VmRSS");
    ComputationGraph network =
        classes > 0
            ? Backbones.named(arch).classifier(classes, 1)
            : Backbones.named(arch).features(1);
    long start = System.nanoTime();
    String report;
    try (TensorFile weights = TensorFiles.open(file)) {
      report = WeightImport.load(network, weights, null, null).toString();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long size = Files.size(file);
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s, %.1f MiB: %s%nimported in %.2f s; peak memory %.1f MiB, %.2f times the file%n",
        file,
        size / MIB,
        report,
        seconds,
        (status("VmHWM") - before) / MIB,
        (status("VmHWM") - before) / (double) size);
    out.flush();
    return 0;
  }

  private static long status(String key) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      throw new EmanException("expected Linux, which reports a process's memory in /proc");
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }
}
