package dev.eman.benchmarks.bench;

import dev.eman.cli.JavaProcess;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Starts the other contenders of {@link BenchTrain}. */
final class TrainPeers {
  private final String arch;
  private final int batch;
  private final int mu;
  private final PrintWriter err;

  /** Of steps with {@code batch} labelled images and {@code mu} unlabelled ones for each. */
  TrainPeers(String arch, int batch, int mu, PrintWriter err) {
    this.arch = arch;
    this.batch = batch;
    this.mu = mu;
    this.err = err;
  }

  /**
   * libtorch with a student's step and a teacher's inference of the same sizes on images in memory;
   * from Java it has no augmentation, so that a whole step of its would take longer.
   *
   * @param folder to work in
   * @param shape of the raw images, {@code N,H,W,C}
   * @return null, after a message, if it cannot run
   */
  @Nullable Contender libtorch(List<Contender> open, Path folder, String shape) {
    if (!shape.endsWith(",3")) {
      say("no colour images: skipping libtorch");
      return null;
    }
    int size = Integer.parseInt(shape.split(",", -1)[1]);
    int threads = Runtime.getRuntime().availableProcessors();
    StepJob job = new StepJob(arch, batch * (1 + mu), size, 10, threads);
    double[] logits;
    try (Contender reference =
        Contender.start(
            "reference", threads, JavaProcess.command(ReferenceWorker.class, job.arguments()))) {
      reference.say("export " + folder);
      logits = reference.numbers("logits");
    }
    JvmPeers jvm = JvmPeers.build(folder.resolve("jvm"), err).orElse(null);
    if (jvm == null) {
      return null;
    }
    Contender c = jvm.libtorch(job, Isa.NATIVE, folder, "channels-last", batch * mu);
    open.add(c);
    double[] theirs = c.numbers("logits");
    Agreement.checkLogits(c.name(), Arrays.copyOf(logits, theirs.length), theirs);
    return c;
  }

  /**
   * A Python's loop with data and all, warmed up.
   *
   * @param raw the images
   * @param script its name, and the option that it alone has
   * @return null, after a message, if it cannot run
   */
  @Nullable Contender pytorch(
      List<Contender> open,
      Path raw,
      String shape,
      int workers,
      List<String> script,
      boolean channelsLast) {
    String python = Python.withTorch().orElse(null);
    if (python == null || !shape.endsWith(",3")) {
      say("no Python with torch, or no colour images: skipping PyTorch");
      return null;
    }
    int threads = Runtime.getRuntime().availableProcessors();
    List<String> command =
        new ArrayList<>(
            List.of(
                python,
                Python.script(script.get(0), "data.py", "step.py").toString(),
                "--raw=" + raw,
                "--shape=" + shape,
                "--arch=" + arch,
                "--batch=" + batch,
                script.get(1),
                "--workers=" + workers,
                "--threads=" + threads));
    if (channelsLast) {
      command.add("--channels-last");
    }
    Contender c = Contender.start("pytorch", threads, command);
    open.add(c);
    c.measure("whole", 5);
    return c;
  }

  private void say(String message) {
    err.println("eman: " + message);
    err.flush();
  }
}
