package dev.eman.benchmarks.bench;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.core.train.Trainer;
import dev.eman.core.train.TrainingListener;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.train.metrics.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * This library's side of {@code eman bench train}: {@code whole N} times N steps of the trainer
 * with data, both networks, updates and metrics; {@code bare N} times a student's step and a
 * teacher's inference of the same sizes on arrays in memory.
 */
final class TrainWorker {
  private static final int LABELED = 400;

  private final int[] shape;
  private final int batch;
  private final int mu;
  private final boolean moco;
  private final StudentTeacherAlgorithm algorithm;
  private final BatchPipeline batches;
  private final BatchPipeline oneImage;
  private final MetricsFile metrics;

  private TrainWorker(String[] args) throws IOException {
    RawImages raw;
    shape = Arrays.stream(args[1].split(",", -1)).mapToInt(Integer::parseInt).toArray();
    raw = RawImages.read(Path.of(args[0]), shape);
    batch = Integer.parseInt(args[3]);
    mu = Integer.parseInt(args[4]);
    int size = shape[1];
    moco = args[6].equals("MOCO");
    AlgorithmProvider provider = Algorithms.named(moco ? "moco" : "fixmatch");
    AlgorithmOptions options =
        AlgorithmOptions.of(
            provider,
            moco
                ? Map.of("teacher", "eman", "queue", Integer.parseInt(args[7]))
                : Map.of("teacher", "eman"));
    algorithm =
        Algorithms.create(
            provider,
            AlgorithmContext.builder(newStudent(provider, options, args[2]), options)
                .totalSteps(1000)
                .build());
    double[] half = new double[shape[3]];
    double[] quarter = new double[shape[3]];
    Arrays.fill(half, 0.5);
    Arrays.fill(quarter, 0.25);
    ChannelStatistics statistics = ChannelStatistics.of(half, quarter);
    batches =
        streams(raw, size)
            .statistics(statistics)
            .imageSize(size)
            .workers(Integer.parseInt(args[5]))
            .start();
    oneImage =
        BatchPipeline.builder()
            .labeled(ImageStream.labeled(raw, first(1), 1, AugmentationPreset.NONE.create(size)))
            .statistics(statistics)
            .imageSize(size)
            .workers(1)
            .start();
    metrics = MetricsFile.create(Files.createTempDirectory("eman-bench").resolve("metrics.csv"));
  }

  private BatchPipeline.Builder streams(RawImages raw, int size) {
    if (moco) {
      return BatchPipeline.builder()
          .unlabeled(
              ImageStream.unlabeled(
                  raw,
                  first(raw.size()),
                  batch,
                  AugmentationPreset.MOCO_V2.create(size),
                  AugmentationPreset.MOCO_V2.create(size)));
    }
    return BatchPipeline.builder()
        .labeled(
            ImageStream.labeled(
                raw, first(LABELED), batch, AugmentationPreset.FIXMATCH_WEAK.create(size)))
        .unlabeled(
            ImageStream.unlabeled(
                raw,
                first(raw.size()),
                batch * mu,
                AugmentationPreset.FIXMATCH_WEAK.create(size),
                AugmentationPreset.FIXMATCH_STRONG.create(size)));
  }

  /** Arguments: raw file, its shape, architecture, batch, mu, workers, method, queue. */
  public static void main(String[] args) throws IOException {
    TrainWorker worker = new TrainWorker(args);
    Answers.serve(
        "eman",
        Map.of(
            "whole",
            count -> worker.whole(Integer.parseInt(count)),
            "bare",
            count -> worker.bare(Integer.parseInt(count))));
    worker.batches.close();
    worker.oneImage.close();
  }

  private Student newStudent(AlgorithmProvider provider, AlgorithmOptions options, String arch) {
    return new Student(
        provider.network(Backbones.named(arch, shape[3]), 10, options, 1),
        moco
            ? Sgd.decayingAll(0.9, false, 1e-4)
            : Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4));
  }

  /** Times from one report to the next, which is the trainer's whole step. */
  private String whole(int count) {
    long[] times = new long[count + 1];
    long first = algorithm.steps();
    TrainingListener clock =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            times[(int) (report.step() - first)] = System.nanoTime();
          }
        };
    times[0] = System.nanoTime();
    Trainer.Builder trainer =
        Trainer.builder(algorithm, batches)
            .schedule(LearningRateSchedule.constant(0.03))
            .steps(first + count)
            .seed(1)
            .listeners(List.of(metrics, clock));
    if (!moco) {
      trainer.evaluation(
          NetworkEvaluation.ofClassifiers(algorithm, 10), () -> new OneBatch(oneImage));
    }
    trainer.build().run();
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      text.append(String.format(Locale.ROOT, "%.4f ", (times[i] - times[i - 1]) / 1e6));
    }
    return text.toString().strip();
  }

  private String bare(int count) {
    int size = shape[1];
    long seen = moco ? batch : (long) batch * (mu + 1);
    long targets = moco ? batch : (long) batch * mu;
    INDArray images = Nd4j.randn(DataType.FLOAT, seen, shape[3], size, size);
    INDArray weak = Nd4j.randn(DataType.FLOAT, targets, shape[3], size, size);
    int[] labels = new Random(1).ints(seen, 0, 10).toArray();
    Student student = algorithm.student();
    Teacher teacher = Objects.requireNonNull(algorithm.teacher());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      teacher.infer(weak);
      LossValue loss = SoftmaxCrossEntropy.withLabels(student.forward(images)[0], labels);
      student.backward(loss.gradient());
      student.step(1e-9);
      text.append(String.format(Locale.ROOT, "%.4f ", (System.nanoTime() - start) / 1e6));
    }
    return text.toString().strip();
  }

  private static ImmutableIntArray first(int count) {
    return ImmutableIntArray.copyOf(IntStream.range(0, count));
  }

  /** A trainer evaluates at its end; one image costs next to nothing. */
  private static final class OneBatch implements BatchSource {
    private final BatchPipeline source;
    private boolean given;

    OneBatch(BatchPipeline source) {
      this.source = source;
    }

    @Override
    public boolean hasNext() {
      return !given;
    }

    @Override
    public dev.eman.core.data.Batch next() {
      given = true;
      return source.next();
    }

    @Override
    public long position() {
      return 0;
    }
  }
}
