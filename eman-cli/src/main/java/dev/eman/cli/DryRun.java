package dev.eman.cli;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backend;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.AlgorithmFactory;
import dev.eman.train.RunPlan;
import dev.eman.train.RunSplit;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a training would take: counted, and measured on random images in a small batch. */
public final class DryRun {
  private static final long FLOAT = Float.BYTES;
  private static final double MIB = 1024.0 * 1024.0;

  /** Batches that the pipeline holds: one lent, two ahead. */
  private static final int BATCHES = 3;

  private static final int TRIES = 3;

  /** Where the data is not at hand: images to train on, and classes. */
  private static final ImmutableMap<String, int[]> PUBLISHED =
      ImmutableMap.of(
          "imagenet", new int[] {1_281_167, 1000},
          "cifar10", new int[] {50_000, 10},
          "fashion-mnist", new int[] {60_000, 10});

  private final PrintWriter out;
  private final TrainingOptions options;
  private final DatasetProvider provider;
  private final AlgorithmProvider algorithm;
  private long images;
  private int classes;
  private long labeled;
  private String found = "";

  private DryRun(PrintWriter out, TrainingOptions options) {
    this.out = out;
    this.options = options;
    provider = Datasets.named(options.data().dataset());
    algorithm = Algorithms.named(options.algorithm());
  }

  public static void print(PrintWriter out, String name, TrainingOptions options) {
    DryRun run = new DryRun(out, options);
    out.printf("%s, not trained: --dry-run%n", name);
    run.count();
    run.print();
    out.flush();
  }

  private void count() {
    DataDirectories directories = DataDirectories.of(options.data().folder());
    try (ImageDataset train = provider.open(Part.TRAIN, directories)) {
      LabelSplit split = RunSplit.of(options, provider, train, directories);
      images = split.unlabeled().length();
      labeled = split.labeled().length();
      classes = train.classNames().size();
      found = "found";
    } catch (DatasetException e) {
      int[] size = PUBLISHED.get(options.data().dataset());
      if (size == null) {
        throw e;
      }
      images = size[0];
      classes = size[1];
      String file = String.valueOf(options.data().labelsFile());
      double part = file.contains("10percent") ? 0.1 : file.contains("1percent") ? 0.01 : 0;
      labeled =
          part > 0
              ? Math.round(images * part)
              : options.data().labels().total((int) images, classes);
      found = "not found here, the published size";
    }
  }

  private void print() {
    RunPlan plan = RunPlan.of(options, algorithm, labeled, images);
    int parts = options.batch().accumulate() * options.batch().devices();
    if (!algorithm.usesLabels()) {
      labeled = 0;
    }
    line(
        "data",
        "%s: %,d images, %,d with labels (%s)",
        options.data().dataset(),
        images,
        labeled,
        found);
    line(
        "a step",
        "%d labelled and %d unlabelled images of %d pixels, in %d part(s) on %d device(s)",
        algorithm.usesLabels() ? options.batch().size() : 0,
        algorithm.views().isEmpty() ? 0 : options.batch().size() * options.batch().unlabeledRatio(),
        options.data().imageSize(provider),
        parts,
        options.batch().devices());
    line(
        "steps",
        "%,d%s, %,d an epoch",
        plan.trained(),
        plan.trained() == plan.steps() ? "" : String.format(Locale.ROOT, " of %,d", plan.steps()),
        plan.stepsPerEpoch());
    line(
        "images seen",
        "%,d labelled, %,d unlabelled",
        algorithm.usesLabels() ? plan.trained() * options.batch().size() : 0,
        algorithm.views().isEmpty()
            ? 0
            : plan.trained() * options.batch().size() * options.batch().unlabeledRatio());
    line(
        "learning rate",
        "%s: %.4g at first, %.4g halfway, %.4g at the end",
        options.schedule().kind().name().toLowerCase(Locale.ROOT),
        plan.schedule().at(0),
        plan.schedule().at(plan.steps() / 2),
        plan.schedule().at(plan.steps() - 1));
    measure(plan, parts);
  }

  private void measure(RunPlan plan, int parts) {
    StudentTeacherAlgorithm trained =
        new AlgorithmFactory(
                options,
                provider.statistics().channels(),
                classes,
                (int) labeled,
                (int) images,
                plan.steps())
            .create(null);
    @Nullable Teacher teacher = trained.teacher();
    long weights = trained.student().parameters().vector().length();
    long networks = teacher == null ? 1 : 2;
    line(
        "network",
        "%s: %.1f million parameters; a checkpoint of %.0f MiB",
        options.backbone(),
        trained.student().parameters().learnedCount() / 1e6,
        (networks + 1) * weights * FLOAT / MIB);
    int least = algorithm.usesLabels() ? 1 : 2; // A head's normalisation wants two.
    int many = 2 * least;
    trained.step(random(least), 1e-6);
    long bytesOfLeast = trained.student().pooledBytes();
    double measured = seconds(trained, random(many));
    long more = Math.max(0, trained.student().pooledBytes() - bytesOfLeast) / least;
    int perPart = Math.max(1, options.batch().size() / parts);
    // Weights, their gradient, the optimiser's state, the teacher; activations of one part; the
    // algorithm's own state, such as MoCo's queue.
    double device =
        (networks + 2) * weights * FLOAT
            + bytesOfLeast
            + more * (double) (perPart - least)
            + trained.savedState().values().stream()
                .mapToDouble(state -> state.length() * (double) state.dataType().width())
                .sum();
    int size = options.data().imageSize(provider);
    long seen =
        options.batch().size()
            * ((algorithm.usesLabels() ? 1L : 0)
                + (long) algorithm.views().size() * options.batch().unlabeledRatio());
    double host = (double) BATCHES * seen * size * size * provider.statistics().channels() * FLOAT;
    line(
        "memory", "about %,.0f MiB on each device, %,.0f MiB of batches", device / MIB, host / MIB);
    double step = options.batch().accumulate() * measured * perPart / many;
    line(
        "time",
        "%s for all steps, at %.3g s each, in proportion to a step of a batch of %d that took"
            + " %.3g s here, without data and evaluations (%s)",
        readable(step * plan.trained()),
        step,
        many,
        measured,
        Backend.describe());
  }

  /** The quickest of a few steps: others may use the machine too. */
  private static double seconds(StudentTeacherAlgorithm trained, Batch batch) {
    double quickest = Double.POSITIVE_INFINITY;
    for (int i = 0; i <= TRIES; i++) {
      long start = System.nanoTime();
      trained.step(batch, 1e-6);
      if (i > 0) { // The first one builds.
        quickest = Math.min(quickest, (System.nanoTime() - start) / 1e9);
      }
    }
    return quickest;
  }

  /** Random pixels, of so many labelled images and the others that belong to them. */
  private Batch random(int batch) {
    long size = options.data().imageSize(provider);
    long channels = provider.statistics().channels();
    INDArray[] views = new INDArray[algorithm.views().size()];
    for (int i = 0; i < views.length; i++) {
      views[i] =
          Nd4j.rand(
              DataType.FLOAT,
              (long) batch * options.batch().unlabeledRatio(),
              channels,
              size,
              size);
    }
    if (!algorithm.usesLabels()) {
      return Batch.unlabeled(views);
    }
    return Batch.of(Nd4j.rand(DataType.FLOAT, batch, channels, size, size), new int[batch], views);
  }

  private static String readable(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    if (time.toDays() > 1) {
      return String.format(Locale.ROOT, "%,.1f days", seconds / 86_400);
    }
    return time.toHours() > 1
        ? String.format(Locale.ROOT, "%.1f hours", seconds / 3600)
        : String.format(Locale.ROOT, "%.1f minutes", seconds / 60);
  }

  private void line(String what, String format, Object... values) {
    out.printf(Locale.ROOT, "  %-14s %s%n", what, String.format(Locale.ROOT, format, values));
  }
}
