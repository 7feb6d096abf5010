package dev.eman.benchmarks.bench;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.math.Quantiles;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares the step times of the methods that learn from few labels with FixMatch's. */
@Command(
    name = "methods",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the time of a whole step (teacher, student, rule, updates; no data pipeline) of each"
          + " method that classifies from weak and strong views with FixMatch's, on the same batch.",
      "All in one process, step by step in turn. Prints medians and the medians of their ratios."
    })
public final class BenchMethods implements Callable<Integer> {
  private static final String BASE = "fixmatch";
  private static final int WARM_UP = 60;
  private static final int CHANNELS = 3;

  @Option(
      names = "--arch",
      defaultValue = "resnet14-w16",
      description = "Backbone (default: ${DEFAULT-VALUE}).")
  private String arch = "";

  @Option(
      names = "--batch",
      defaultValue = "32",
      description = "Labelled images per step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--mu",
      defaultValue = "4",
      description = "Unlabelled images per labelled image (default: ${DEFAULT-VALUE}).")
  private int mu;

  @Option(
      names = "--size",
      defaultValue = "32",
      description = "Height and width of the images (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--classes",
      defaultValue = "10",
      description = "Classes (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--images",
      defaultValue = "50000",
      description = "Unlabelled images that methods may remember (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--teacher",
      defaultValue = "eman",
      description = "none, ema or eman (default: ${DEFAULT-VALUE}).")
  private String teacher = "";

  @Option(
      names = "--rounds",
      defaultValue = "60",
      description = "Steps of each method that count (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(names = "--json", description = "Print one JSON object on one line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (Ints.min(batch, mu, size, classes, rounds) < 1 || images < batch * mu) {
      throw new ParameterException(
          requireNonNull(spec).commandLine(),
          "expected --batch, --mu, --size, --classes and --rounds of at least 1, and --images of at"
              + " least a batch's, "
              + batch * mu);
    }
    Map<String, StudentTeacherAlgorithm> methods = new LinkedHashMap<>();
    methods.put(BASE, create(Algorithms.named(BASE)));
    for (AlgorithmProvider provider : Algorithms.all().values()) {
      if (provider.usesLabels()
          && provider.classifies()
          && provider.views().contains(AlgorithmProvider.View.STRONG)) {
        methods.computeIfAbsent(provider.name(), name -> create(provider));
      }
    }
    print(measure(methods));
    return 0;
  }

  private StudentTeacherAlgorithm create(AlgorithmProvider provider) {
    boolean choosesTeacher =
        provider.options().stream().anyMatch(option -> option.name().equals("teacher"));
    AlgorithmOptions options =
        AlgorithmOptions.of(provider, choosesTeacher ? Map.of("teacher", teacher) : Map.of());
    Student student =
        new Student(
            provider.network(Backbones.named(arch, CHANNELS), classes, options, 1),
            Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4));
    return Algorithms.create(
        provider,
        AlgorithmContext.builder(student, options)
            .classes(classes)
            .labeledImages(Math.max(batch, 10 * classes))
            .unlabeledImages(images)
            .totalSteps(WARM_UP + rounds)
            .seed(1)
            .build());
  }

  private Batch batch(int views) {
    Random random = new Random(1);
    int unlabeled = batch * mu;
    List<INDArray> all = new ArrayList<>();
    for (int view = 0; view < views; view++) {
      all.add(Nd4j.randn(unlabeled, CHANNELS, size, size));
    }
    return new Batch(
        Nd4j.randn(batch, CHANNELS, size, size),
        ImmutableIntArray.copyOf(random.ints(batch, 0, classes)),
        all,
        ImmutableIntArray.of(),
        ImmutableIntArray.copyOf(IntStream.range(0, batch)),
        ImmutableIntArray.copyOf(random.ints(0, images).distinct().limit(unlabeled)));
  }

  /** Milliseconds by method. */
  private Map<String, double[]> measure(Map<String, StudentTeacherAlgorithm> methods) {
    Map<String, double[]> times = new LinkedHashMap<>();
    Map<String, Batch> batches = new LinkedHashMap<>();
    methods
        .keySet()
        .forEach(
            name -> {
              times.put(name, new double[rounds]);
              batches.put(name, batch(Algorithms.named(name).views().size()));
            });
    for (int round = -WARM_UP; round < rounds; round++) {
      for (Map.Entry<String, StudentTeacherAlgorithm> method : methods.entrySet()) {
        Batch input = requireNonNull(batches.get(method.getKey()));
        long start = System.nanoTime();
        method.getValue().step(input, 0.003);
        if (round >= 0) {
          requireNonNull(times.get(method.getKey()))[round] = (System.nanoTime() - start) / 1e6;
        }
      }
    }
    return times;
  }

  private void print(Map<String, double[]> times) {
    double[] base = requireNonNull(times.get(BASE));
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    ImmutableList.Builder<String> lines = ImmutableList.builder();
    times.forEach(
        (name, own) -> {
          double ratio =
              Quantiles.median()
                  .compute(IntStream.range(0, rounds).mapToDouble(i -> own[i] / base[i]).toArray());
          double median = Quantiles.median().compute(own);
          String key = name.replace('-', '_');
          result.put(key + "_ms", Samples.rounded(median));
          result.put(key + "_ratio", Samples.rounded(ratio));
          lines.add(
              String.format(
                  Locale.ROOT, "%-14s %8.2f ms  %.3f of FixMatch's", name, median, ratio));
        });
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(Json.line(result));
    } else {
      out.printf(
          Locale.ROOT,
          "%s, batch %d, mu %d, %dx%d, teacher %s, medians of %d steps%n",
          arch,
          batch,
          mu,
          size,
          size,
          teacher,
          rounds);
      lines.build().forEach(out::println);
    }
    out.flush();
  }
}
