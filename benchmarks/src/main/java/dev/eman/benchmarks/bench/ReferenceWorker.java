package dev.eman.benchmarks.bench;

import dev.eman.benchmarks.network.Arithmetic;
import dev.eman.benchmarks.network.NetworkPlan;
import dev.eman.benchmarks.network.OnnxFile;
import dev.eman.benchmarks.network.PlainFiles;
import dev.eman.core.EmanException;
import dev.eman.core.model.Student;
import dev.eman.core.nn.kernel.ChannelsLast;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.optimizer.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the contenders of {@link BenchStep} are held to, in a process of its own. Answers {@code
 * export FOLDER} with that folder, once the network, its images and labels are in it; {@code
 * logits} with those of an inference, image by image; {@code flops} with those of an inference and
 * of a step; {@code peak} with the GFLOP/s of the network's best convolution; {@code copy} with the
 * GB/s of a copy in memory, read and written bytes counted.
 */
public final class ReferenceWorker {
  static final String NETWORK = "network.txt";
  static final String WEIGHTS = "weights.f32";
  static final String IMAGES = "images.f32";
  static final String ONNX = "network.onnx";
  static final String SHAPE = "shape.txt";
  static final String LABELS = "labels.txt";

  private static final int REPEATS = 7;
  private static final double LEAST_MS = 2;

  private final StepJob job;
  private final NetworkPlan plan;
  private final Arithmetic arithmetic;
  private final MemoryCopy copy;

  private ReferenceWorker(StepJob job) {
    this.job = job;
    plan = NetworkPlan.of(job.network());
    arithmetic = Arithmetic.of(plan, job.batch(), job.size());
    copy = new MemoryCopy(job.threads());
  }

  /** Arguments: those of a {@link StepJob}. */
  public static void main(String[] args) throws IOException {
    StepJob job = StepJob.parse(args, 0);
    Nd4j.getEnvironment().setMaxMasterThreads(job.threads());
    ReferenceWorker worker = new ReferenceWorker(job);
    Answers.serve(
        "reference",
        Map.of(
            "export",
            folder -> worker.export(Path.of(folder)),
            "logits",
            argument -> Answers.numbers(worker.logits()),
            "flops",
            argument ->
                Answers.numbers(
                    (double) worker.arithmetic.inferenceFlops(),
                    (double) worker.arithmetic.stepFlops()),
            "convolutions",
            argument -> Answers.numbers(worker.arithmetic.convolutions().size()),
            "peak",
            argument -> Answers.numbers(worker.peak()),
            "copy",
            argument -> Answers.numbers(worker.copy.gigabytesPerSecond())));
    worker.copy.close();
  }

  private String export(Path folder) throws IOException {
    PlainFiles.write(plan, folder.resolve(NETWORK), folder.resolve(WEIGHTS));
    INDArray images = job.images();
    OnnxFile.write(plan, images.shape(), job.classes(), folder.resolve(ONNX));
    Files.write(folder.resolve(IMAGES), PlainFiles.littleEndian(images));
    Files.writeString(folder.resolve(SHAPE), words(Arrays.stream(images.shape()).boxed().toList()));
    Files.writeString(folder.resolve(LABELS), words(Arrays.stream(job.labels()).boxed().toList()));
    return folder.toString();
  }

  private double[] logits() {
    Student student = new Student(job.network(), Sgd.decayingAll(0, false, 0));
    return student.infer(job.images())[0].dup('c').data().asDouble();
  }

  private static String words(List<? extends Number> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private double peak() {
    return arithmetic.convolutions().stream()
        .distinct()
        .mapToDouble(ReferenceWorker::gigaflopsPerSecond)
        .max()
        .orElseThrow(() -> new EmanException("the network has no convolution"));
  }

  /** The best of some forward passes, each of at least {@link #LEAST_MS}. */
  private static double gigaflopsPerSecond(ConvolutionGeometry g) {
    Kernels kernels = Kernels.of(DataType.FLOAT);
    INDArray x = ChannelsLast.view(Nd4j.randn(DataType.FLOAT, g.n(), g.h(), g.w(), g.c()));
    INDArray w = Nd4j.randn(DataType.FLOAT, g.k(), g.c(), g.kernelHeight(), g.kernelWidth());
    INDArray y =
        ChannelsLast.view(
            Nd4j.createUninitialized(DataType.FLOAT, g.n(), g.outHeight(), g.outWidth(), g.k()));
    double best = Double.POSITIVE_INFINITY;
    int times = 1;
    for (int i = 0; i < REPEATS; i++) {
      double ms = milliseconds(kernels, g, x, w, y, times) / times;
      times = Math.max(times, (int) Math.ceil(LEAST_MS / ms));
      best = Math.min(best, ms);
    }
    return Arithmetic.flops(g) / best / 1e6;
  }

  private static double milliseconds(
      Kernels kernels, ConvolutionGeometry g, INDArray x, INDArray w, INDArray y, int times) {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      kernels.convolution(g, x, w, null, y);
    }
    return (System.nanoTime() - start) / 1e6;
  }
}
