package dev.eman.benchmarks.bench;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.cli.JavaProcess;
import dev.eman.core.EmanException;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The contenders of {@link BenchStep}, each in a process of its own, checked against ours before
 * they are measured.
 */
final class StepContest implements AutoCloseable {
  /** Whom ours can be compared with. */
  enum Peer {
    /** libtorch in the channels-last layout, ours. */
    LIBTORCH,
    /** libtorch in its default layout. */
    LIBTORCH_DEFAULT_LAYOUT,
    /** ONNX Runtime, inference alone. */
    ONNXRUNTIME,
    /** A Python's PyTorch, in both layouts. */
    PYTORCH,
    /** Stock DL4J. */
    STOCK;

    /** As users write it. */
    String optionName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** A contender whose stock step takes longer is skipped. */
  private static final double STOCK_PATIENCE_MS = 20_000;

  /**
   * Rates of the two steps whose losses are compared. A deep network's first steps at the usual
   * rate multiply what rounding leaves: libtorch's own two layouts part there.
   */
  private static final double CHECKED_RATE = 0.03;

  private static final double CHECKED_RATE_DEEP = 1e-5;
  private static final int DEEP = 30;

  private final StepJob job;
  private final Isa isa;
  private final Set<Peer> peers;
  private final PrintWriter err;
  private final Path folder;
  private final List<Contender> open = new ArrayList<>();

  private @Nullable Contender libtorch;
  private @Nullable Contender libtorchDefault;
  private @Nullable Contender onnxRuntime;
  private @Nullable Contender torch;
  private @Nullable Contender torchChannelsLast;
  private @Nullable Contender stock;

  StepContest(StepJob job, Isa isa, Set<Peer> peers, PrintWriter err) throws IOException {
    this.job = job;
    this.isa = isa;
    this.peers = peers;
    this.err = err;
    this.folder = Files.createTempDirectory("eman-bench-step");
  }

  /** Measures our step on the quiet machine and beside a busy process. */
  Map<String, @Nullable Object> besideBusy(int rounds) {
    Contender eman = start("eman", StepWorker.class, worker("eman"));
    warmUp(eman);
    return BesideBusy.measure(eman, "step", job.large() ? 3 : 15, 0, rounds);
  }

  /** Measures all in turn, round by round. */
  Map<String, @Nullable Object> run(int rounds) {
    Contender reference = start("reference", ReferenceWorker.class, job.arguments());
    Contender eman = start("eman", StepWorker.class, worker("eman"));
    startPeers(reference, eman);
    warmUp(eman, libtorch, libtorchDefault, torch, torchChannelsLast);
    if (onnxRuntime != null) {
      onnxRuntime.measure("infer", warmUps());
    }
    stock = peers.contains(Peer.STOCK) ? patient() : null;
    Samples samples = new Samples();
    for (int round = 0; round < rounds; round++) {
      round(samples, eman, reference);
    }
    return result(samples, eman, reference);
  }

  private void round(Samples samples, Contender eman, Contender reference) {
    int turn = job.large() ? 2 : 5;
    sample(samples, "eman_ms", eman, "step", turn);
    sample(samples, "libtorch_ms", libtorch, "step", turn);
    sample(samples, "libtorch_default_layout_ms", libtorchDefault, "step", turn);
    sample(samples, "pytorch_ms", torch, "step", turn);
    sample(samples, "pytorch_channels_last_ms", torchChannelsLast, "step", turn);
    sample(samples, "inference_ms", eman, "infer", turn);
    sample(samples, "onnxruntime_ms", onnxRuntime, "infer", turn);
    sample(samples, "libtorch_inference_ms", libtorch, "infer", turn);
    sample(samples, "pytorch_inference_ms", torch, "infer", turn);
    sample(samples, "teacher_update_ms", eman, "update", 5);
    sample(samples, "libtorch_update_ms", libtorch, "update", 5);
    sample(samples, "stock_dl4j_ms", stock, "step", 1);
    samples.add("peak_gflop_per_s", reference.number("peak"));
    samples.add("copy_gb_per_s", reference.number("copy"));
  }

  private void startPeers(Contender reference, Contender eman) {
    if (peers.contains(Peer.PYTORCH)) {
      startPython();
    }
    if (peers.stream().anyMatch(p -> p.name().startsWith("LIBTORCH") || p == Peer.ONNXRUNTIME)) {
      reference.say("export " + folder);
      double rate = reference.number("convolutions") > DEEP ? CHECKED_RATE_DEEP : CHECKED_RATE;
      JvmPeers.build(folder.resolve("jvm"), err).ifPresent(jvm -> startJvm(jvm, eman, rate));
    }
  }

  private void startJvm(JvmPeers jvm, Contender eman, double rate) {
    double[] logits = eman.numbers("logits");
    double[] losses = eman.numbers("losses " + rate);
    if (peers.contains(Peer.LIBTORCH)) {
      libtorch = opened(jvm.libtorch(job, isa, folder, "channels-last", job.batch()));
      agree(libtorch, logits, losses, rate);
    }
    if (peers.contains(Peer.LIBTORCH_DEFAULT_LAYOUT)) {
      libtorchDefault = opened(jvm.libtorch(job, isa, folder, "default", job.batch()));
      agree(libtorchDefault, logits, losses, rate);
    }
    if (peers.contains(Peer.ONNXRUNTIME)) {
      onnxRuntime = opened(jvm.onnxRuntime(job, isa, folder));
      Agreement.checkLogits(onnxRuntime.name(), logits, onnxRuntime.numbers("logits"));
      if (isa != Isa.NATIVE) {
        say("ONNX Runtime cannot be limited to " + isa + "; it uses all that the processor has");
      }
    }
  }

  private static void agree(Contender peer, double[] logits, double[] losses, double rate) {
    Agreement.checkLogits(peer.name(), logits, peer.numbers("logits"));
    Agreement.checkLosses(peer.name(), losses, peer.numbers("losses " + rate));
  }

  private void startPython() {
    Optional<String> python = Python.withTorch();
    if (python.isEmpty()) {
      say("no Python with torch found (set EMAN_PYTHON to one): skipping PyTorch");
      return;
    }
    torch = opened(python(python.get(), false));
    torchChannelsLast = opened(python(python.get(), true));
  }

  private Contender python(String python, boolean channelsLast) {
    List<String> command =
        new ArrayList<>(
            List.of(
                python,
                Python.script("step.py").toString(),
                "--arch=" + job.arch(),
                "--batch=" + job.batch(),
                "--size=" + job.size(),
                "--classes=" + job.classes(),
                "--threads=" + job.threads()));
    if (channelsLast) {
      command.add("--channels-last");
    }
    return Contender.start("pytorch", job.threads(), isa, command);
  }

  private List<String> worker(String kind) {
    List<String> arguments = new ArrayList<>(List.of(kind));
    arguments.addAll(job.arguments());
    return arguments;
  }

  private Contender start(String name, Class<?> main, List<String> arguments) {
    List<String> command = isa.limited(JavaProcess.command(main, arguments));
    return opened(Contender.start(name, job.threads(), isa, command));
  }

  private Contender opened(Contender contender) {
    open.add(contender);
    return contender;
  }

  private int warmUps() {
    return job.large() ? 20 : 160; // the JVM compiles until then, beside the kernels
  }

  private void warmUp(@Nullable Contender... contenders) {
    for (Contender c : contenders) {
      if (c != null) {
        c.measure("step", warmUps());
        c.measure("infer", warmUps());
        c.measure("update", warmUps());
      }
    }
  }

  private @Nullable Contender patient() {
    Contender dl4j = start("stock", StepWorker.class, worker("stock"));
    double first = dl4j.measure("step", 1)[0];
    if (first <= STOCK_PATIENCE_MS) {
      return dl4j;
    }
    say(
        String.format(
            Locale.ROOT, "stock DL4J took %.0f s for its first step; skipping it", first / 1000));
    return null;
  }

  private void say(String message) {
    err.println("eman: " + message);
    err.flush();
  }

  private static void sample(
      Samples samples, String key, @Nullable Contender contender, String work, int count) {
    if (contender != null) {
      samples.add(key, contender.measure(work, count));
    }
  }

  private Map<String, @Nullable Object> result(
      Samples samples, Contender eman, Contender reference) {
    Map<String, @Nullable Object> r = new LinkedHashMap<>(samples.medians(StepReport.TIMES));
    r.put("eman_rss_mb", Samples.rounded(eman.number("rss")));
    r.put("pytorch_rss_mb", memory(torch));
    r.put("libtorch_rss_mb", memory(libtorch));
    double[] flops = reference.numbers("flops");
    r.put("inference_gflop", Samples.rounded(flops[0] / 1e9));
    r.put("step_gflop", Samples.rounded(flops[1] / 1e9));
    r.putAll(samples.medians(List.of("peak_gflop_per_s", "copy_gb_per_s")));
    return r;
  }

  private static @Nullable Double memory(@Nullable Contender contender) {
    return contender == null ? null : Samples.rounded(contender.number("rss"));
  }

  @Override
  public void close() {
    open.forEach(Contender::close);
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new EmanException("cannot delete " + folder + ": " + e.getMessage(), e);
    }
  }
}
