package dev.eman.spark;

import com.google.common.net.HostAndPort;
import dev.eman.core.algorithm.ExchangedStep;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.algorithm.TrainingStep;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import dev.eman.spark.ring.RingExchange;
import dev.eman.spark.ring.RingOptions;
import dev.eman.spark.ring.RingSecret;
import dev.eman.spark.ring.RingServer;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images a second of ResNet-14, width 16, 64 images a worker: one process of one thread, one of two
 * threads with two workers' images, two processes of one thread each over the ring; and PyTorch's
 * DistributedDataParallel with one and two processes, if {@code -Dpython} and {@code -Dpeer} (the
 * path of {@code benchmarks/peers/ddp.py}) name it. Every process trains the same images again and
 * again: no data are loaded. Argument: rounds; each has all contenders in turn.
 */
public final class ScalingBenchmark {
  private static final int BATCH = 64;
  private static final int STEPS = 80;
  private static final int WARMUP = 160;

  private ScalingBenchmark() {}

  /** Runs all contenders, or one worker of a contender. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("worker")) {
      work(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      return;
    }
    for (int round = 0; round < Integer.parseInt(args[0]); round++) {
      double one = contender(1, 1, BATCH);
      double threads = contender(1, 2, 2 * BATCH);
      double workers = contender(2, 1, BATCH);
      System.out.printf(
          Locale.ROOT,
          "images/s: 1 thread %.1f; 2 threads %.1f; 2 workers %.1f (%.3f of 2 threads, scaling"
              + " %.3f)%n",
          one,
          threads,
          workers,
          workers / threads,
          workers / (2 * one));
      if (System.getProperty("peer") != null) {
        double alone = peer(1);
        double both = peer(2);
        System.out.printf(
            Locale.ROOT,
            "PyTorch: 1 process %.1f; 2 processes %.1f (scaling %.3f); ours / PyTorch's scaling"
                + " %.3f%n",
            alone,
            both,
            both / (2 * alone),
            workers / (2 * one) / (both / (2 * alone)));
      }
    }
  }

  private static double peer(int workers) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                System.getProperty("python", "/usr/bin/python3"),
                System.getProperty("peer"),
                "" + workers,
                "--steps",
                "" + STEPS,
                "--warmup",
                "30")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = process.inputReader()) {
      double rate = Double.parseDouble(out.readLine());
      process.waitFor();
      return rate;
    }
  }

  /** Images a second of all workers of a contender together. */
  private static double contender(int workers, int threads, int batch) throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int rank = 0; rank < workers; rank++) {
      ProcessBuilder builder =
          new ProcessBuilder(
              ProcessHandle.current().info().command().orElse("java"),
              "-Xmx1g",
              "-Dorg.bytedeco.javacpp.maxbytes=0",
              "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
              "-cp",
              System.getProperty("java.class.path"),
              ScalingBenchmark.class.getName(),
              "worker",
              "" + rank,
              "" + workers,
              "" + batch);
      builder.environment().put("OMP_NUM_THREADS", "" + threads);
      processes.add(builder.redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }
    List<BufferedReader> outputs = processes.stream().map(Process::inputReader).toList();
    List<String> addresses = new ArrayList<>();
    for (BufferedReader output : outputs) {
      addresses.add(answer(output));
    }
    String secret = write(RingSecret.draw("benchmark"));
    for (Process process : processes) {
      PrintWriter in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
      in.println(String.join(" ", addresses));
      in.println(secret);
    }
    double rate = Double.parseDouble(answer(outputs.get(0)));
    for (Process process : processes) {
      process.waitFor();
    }
    return rate;
  }

  private static String answer(BufferedReader output) throws IOException {
    String line;
    do {
      line = output.readLine();
    } while (line != null && !line.startsWith("> "));
    return line.substring(2);
  }

  private static String write(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(value);
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static void work(int rank, int workers, int batch) throws Exception {
    try (RingServer server = RingServer.bind("127.0.0.1")) {
      System.out.println("> " + server.address());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      List<HostAndPort> addresses =
          Arrays.stream(in.readLine().split(" ")).map(HostAndPort::fromString).toList();
      RingSecret secret =
          (RingSecret)
              new ObjectInputStream(
                      new ByteArrayInputStream(Base64.getDecoder().decode(in.readLine())))
                  .readObject();
      Supervised algorithm =
          new Supervised(
              new Student(
                  Backbones.named("resnet14-w16", 3).classifier(10, 0),
                  Sgd.decayingAll(0.9, true, 5e-4)));
      INDArray images = Nd4j.randn(batch, 3, 32, 32).castTo(Nd4j.dataType());
      int[] labels = new Random(rank).ints(batch, 0, 10).toArray();
      Batch share = Batch.of(images, labels);
      try (RingExchange exchange =
          new RingExchange(server.join(addresses, rank, secret, RingOptions.DEFAULTS))) {
        TrainingStep step =
            workers == 1
                ? algorithm::step
                : new ExchangedStep(algorithm, exchange, 1, "benchmark", () -> {});
        for (int i = 0; i < WARMUP; i++) {
          step.run(share, 0.01);
        }
        long begin = System.nanoTime();
        for (int i = 0; i < STEPS; i++) {
          step.run(share, 0.01);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.println("> " + workers * batch * STEPS / seconds);
      }
    }
  }
}
