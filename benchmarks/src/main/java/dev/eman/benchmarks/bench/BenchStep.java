package dev.eman.benchmarks.bench;

import static java.util.Objects.requireNonNull;

import dev.eman.benchmarks.bench.StepContest.Peer;
import dev.eman.core.UsageException;
import dev.eman.core.nn.Backbones;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares a training step, inference and update with libtorch, ONNX Runtime and stock DL4J. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the time of a training step (forward, loss, backward, SGD), of the teacher's"
          + " inference and of its update with libtorch, ONNX Runtime (inference) and stock DL4J,"
          + " and with what the processor can do.",
      "Each contender runs in its own process, with the same weights, images and number of threads;"
          + " they alternate round by round. Logits and losses are compared first. Prints medians"
          + " over all rounds. Maven resolves libtorch and ONNX Runtime when they are asked for."
    })
public final class BenchStep implements Callable<Integer> {
  @Option(
      names = "--arch",
      defaultValue = "resnet14-w16",
      description =
          "Backbone, such as resnet14-w16, wrn-28-2, resnet18, resnet50 (default:"
              + " ${DEFAULT-VALUE}).")
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
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "libtorch,libtorch-default-layout,onnxruntime",
      description =
          "Whom to compare with, joined by commas: libtorch, libtorch-default-layout, onnxruntime,"
              + " pytorch (a Python's; EMAN_PYTHON names it), none (default: ${DEFAULT-VALUE}).")
  private List<String> peers = List.of();

  @Option(
      names = "--stock",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether to include stock DL4J (default: true).")
  private boolean stock;

  @Option(
      names = "--isa",
      defaultValue = "native",
      description =
          "Instruction set of all contenders that can be limited: native or avx2 (default:"
              + " ${DEFAULT-VALUE}).")
  private Isa isa = Isa.NATIVE;

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

  @Override
  public Integer call() throws IOException {
    CommandLine command = requireNonNull(spec).commandLine();
    Set<Peer> chosen = validPeers(command);
    StepJob job = new StepJob(arch, batch, size, classes, threads);
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    result.put("arch", arch);
    result.put("batch", batch);
    result.put("size", size);
    result.put("threads", threads);
    result.put("isa", isa.name().toLowerCase(Locale.ROOT));
    try (StepContest contest = new StepContest(job, isa, chosen, command.getErr())) {
      result.putAll(
          besideBusy ? contest.besideBusy(rounds) : StepReport.complete(contest.run(rounds)));
    }
    print(command.getOut(), result);
    return 0;
  }

  private void print(PrintWriter out, Map<String, @Nullable Object> result) {
    if (json) {
      out.println(Json.line(result));
    } else {
      out.printf(
          Locale.ROOT,
          "%s, batch %d, %dx%d, %d %s%s, medians of %d rounds%n",
          arch,
          batch,
          size,
          size,
          threads,
          threads == 1 ? "thread" : "threads",
          isa == Isa.NATIVE ? "" : ", limited to " + isa,
          rounds);
      if (besideBusy) {
        Rows rows = new Rows(out, result);
        rows.value("training step", "ms", BesideBusy.QUIET);
        BesideBusy.print(rows);
      } else {
        StepReport.print(out, result);
      }
    }
    out.flush();
  }

  private Set<Peer> validPeers(CommandLine command) {
    if (rounds < 5) {
      throw new ParameterException(command, "--rounds: expected at least 5, got " + rounds);
    }
    if (batch < 1 || size < 8 || classes < 2 || threads < 1) {
      throw new ParameterException(
          command,
          "expected --batch and --threads of at least 1, --size of at least 8, --classes of at"
              + " least 2");
    }
    try {
      Backbones.named(arch);
    } catch (UsageException e) {
      throw new ParameterException(command, "--arch: " + e.getMessage(), e);
    }
    Set<Peer> chosen = stock ? EnumSet.of(Peer.STOCK) : EnumSet.noneOf(Peer.class);
    if (!peers.equals(List.of("none"))) {
      peers.forEach(name -> chosen.add(peer(command, name)));
    }
    return chosen;
  }

  private static Peer peer(CommandLine command, String name) {
    for (Peer peer : EnumSet.complementOf(EnumSet.of(Peer.STOCK))) {
      if (peer.optionName().equals(name)) {
        return peer;
      }
    }
    throw new ParameterException(
        command,
        "--peers: expected libtorch, libtorch-default-layout, onnxruntime or pytorch, joined by"
            + " commas, or none alone, got \""
            + name
            + "\"");
  }
}
