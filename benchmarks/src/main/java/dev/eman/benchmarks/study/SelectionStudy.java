package dev.eman.benchmarks.study;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.eval.Features;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.report.BandChart;
import dev.eman.report.Csv;
import dev.eman.train.DataParts;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunState;
import dev.eman.train.encoder.PixelDescriptors;
import dev.eman.train.metrics.MeanStd;
import dev.eman.train.select.SelectionStrategy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures how many labels the choice of images saves. */
@Command(
    name = "selection",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Simulates labelling on images whose labels are known: after each batch of labels, chosen or"
          + " drawn at random, a linear classifier on the features of a run's teacher is trained"
          + " on them and measured on test images. Meant for runs without labels (moco, byol,"
          + " ressl). With --dataset in place of a run the features are shapes and colours, as in"
          + " eman label without a run.",
      "Writes selection.csv and selection.png. The run is not changed."
    })
final class SelectionStudy implements Runnable {
  private static final String RANDOM = "random";

  @Parameters(paramLabel = "RUN", arity = "0..1", description = "A run folder with a teacher.")
  private @Nullable Path run;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "Data set with training and test images, in place of a run.")
  private @Nullable String dataset;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder to search for it first.")
  private @Nullable Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the results (default: study, in the run's folder if there is one).")
  private @Nullable Path out;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "5000",
      description =
          "Training images to choose from, drawn evenly by each seed (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--first",
      paramLabel = "N",
      defaultValue = "20",
      description = "Labels before the first classifier (default: ${DEFAULT-VALUE}).")
  private int first;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "10",
      description = "Labels in each further batch (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--labels",
      paramLabel = "N",
      defaultValue = "100",
      description = "Labels in all (default: ${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Repetitions, with other images (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Spec private @Nullable CommandSpec spec;

  /** Accuracies of one way to choose, one list for each seed. */
  private record Line(String name, List<List<Double>> accuracies) {
    MeanStd at(int position) {
      return MeanStd.of(accuracies.stream().map(each -> each.get(position)).toList());
    }

    List<Double> means(int count) {
      return IntStream.range(0, count).mapToObj(i -> at(i).mean()).toList();
    }
  }

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    if (images < most || first < 1 || batch < 1 || most < first || seeds < 1) {
      throw new ParameterException(
          command.commandLine(),
          "expected at least 1 each of --first, --batch and --seeds, --labels of at least --first,"
              + " and --images of at least --labels");
    }
    if ((run == null) == (dataset == null)) {
      throw new ParameterException(
          command.commandLine(), "expected either a run folder or --dataset");
    }
    List<Integer> sizes = IntStream.iterate(first, n -> n <= most, n -> n + batch).boxed().toList();
    PrintWriter writer = command.commandLine().getOut();
    Path study = run == null ? Path.of("study") : run.resolve("study");
    Path folder = out == null ? study : out;
    StudyCommand.makeFolder(folder);
    Map<String, Line> lines = new LinkedHashMap<>();
    if (run != null) {
      try (RunState trained = RunCheckpoint.open(run, RunCheckpoint.Which.LAST).restore()) {
        measure(trained, sizes, lines);
      }
    } else {
      measure(Datasets.named(requireNonNull(dataset)), sizes, lines);
    }
    List<Line> all = List.copyOf(lines.values());
    AtomicFiles.saveString(folder.resolve("selection.csv"), csv(sizes, all));
    chart(sizes, all).write(folder.resolve("selection.png"));
    print(writer, sizes, all);
    writer.printf("results: %s%n", folder);
    writer.flush();
  }

  private void measure(RunState trained, List<Integer> sizes, Map<String, Line> lines) {
    String vertex =
        Backbones.named(trained.options().backbone(), trained.provider().statistics().channels())
            .featureVertex();
    List<FeatureExtractor> extractors =
        List.of(
            FeatureExtractor.of(trained.teacher(), vertex),
            FeatureExtractor.of(trained.algorithm().student(), vertex));
    ImageDataset train = trained.train();
    ImmutableIntArray candidates = without(trained.split().validation(), train);
    checkSize(candidates);
    Features test = features(trained, trained.test(), all(trained.test()), extractors).get(0);
    int classes = train.classNames().size();
    for (int seed = 0; seed < seeds; seed++) {
      ImmutableIntArray some = some(candidates, seed);
      List<Features> pool = features(trained, train, some, extractors);
      INDArray ofStudent = pool.get(1).values();
      SelectionSimulation simulation =
          new SelectionSimulation(pool.get(0), ofStudent, test, classes, sizes);
      simulate(simulation, seed, EnumSet.allOf(SelectionStrategy.class), lines);
    }
  }

  private void measure(DatasetProvider provider, List<Integer> sizes, Map<String, Line> lines) {
    DataDirectories places = DataDirectories.of(data);
    try (ImageDataset train = provider.open(Part.TRAIN, places);
        ImageDataset test = DataParts.openTest(provider, places, ClassList.of(train))) {
      ImmutableIntArray candidates = without(ImmutableIntArray.of(), train);
      checkSize(candidates);
      int classes = train.classNames().size();
      for (int seed = 0; seed < seeds; seed++) {
        ImmutableIntArray some = some(candidates, seed);
        PixelDescriptors descriptors = new PixelDescriptors();
        some.forEach(i -> descriptors.add(train.image(i)));
        ImmutableIntArray tested = all(test);
        tested.forEach(i -> descriptors.add(test.image(i)));
        INDArray features = descriptors.features();
        Features pool = rows(features, 0, some, train);
        SelectionSimulation simulation =
            new SelectionSimulation(
                pool, pool.values(), rows(features, images, tested, test), classes, sizes);
        // One network, which has nothing to disagree with.
        simulate(
            simulation,
            seed,
            EnumSet.complementOf(EnumSet.of(SelectionStrategy.DISAGREEMENT)),
            lines);
      }
    }
  }

  private static Features rows(
      INDArray all, int from, ImmutableIntArray images, ImageDataset data) {
    return new Features(
        all.get(NDArrayIndex.interval(from, from + images.length()), NDArrayIndex.all()).dup('c'),
        ImmutableIntArray.copyOf(images.stream().map(data::requireLabel)));
  }

  /** The training images less those for validation, on which the classifiers may be measured. */
  private static ImmutableIntArray without(ImmutableIntArray validation, ImageDataset train) {
    BitSet rest = new BitSet();
    rest.set(0, train.size());
    validation.forEach(rest::clear);
    return ImmutableIntArray.copyOf(rest.stream());
  }

  private void checkSize(ImmutableIntArray candidates) {
    if (candidates.length() < images) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--images: expected at most the %,d training images that are not for validation, got"
                  + " %,d",
              candidates.length(),
              images));
    }
  }

  private ImmutableIntArray some(ImmutableIntArray candidates, int seed) {
    return ImmutableIntArray.copyOf(
        new Random(seed)
            .ints(0, candidates.length())
            .distinct()
            .limit(images)
            .map(candidates::get)
            .sorted());
  }

  private static void simulate(
      SelectionSimulation simulation,
      int seed,
      Set<SelectionStrategy> strategies,
      Map<String, Line> lines) {
    add(lines, RANDOM, simulation.random(seed));
    add(lines, "spread", simulation.chosen(null));
    for (SelectionStrategy strategy : strategies) {
      if (strategy != SelectionStrategy.SPREAD) {
        add(lines, "spread, then " + strategy.label(), simulation.chosen(strategy));
      }
    }
  }

  private static void add(Map<String, Line> lines, String name, List<Double> accuracies) {
    lines.computeIfAbsent(name, n -> new Line(n, new ArrayList<>())).accuracies().add(accuracies);
  }

  private static List<Features> features(
      RunState trained,
      ImageDataset data,
      ImmutableIntArray images,
      List<FeatureExtractor> extractors) {
    try (BatchPipeline source = trained.images().inOrder(data, images)) {
      return Features.of(source, extractors);
    }
  }

  private static ImmutableIntArray all(ImageDataset data) {
    return ImmutableIntArray.copyOf(
        IntStream.range(0, data.size()).filter(i -> data.label(i) != ImageDataset.UNLABELED));
  }

  private static String csv(List<Integer> sizes, List<Line> lines) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("choice", "seed", "labels", "accuracy"));
    for (Line line : lines) {
      for (int seed = 0; seed < line.accuracies().size(); seed++) {
        for (int i = 0; i < sizes.size(); i++) {
          rows.add(
              List.of(
                  line.name(),
                  Integer.toString(seed),
                  Integer.toString(sizes.get(i)),
                  String.format(Locale.ROOT, "%.4f", line.accuracies().get(seed).get(i))));
        }
      }
    }
    return Csv.table(rows);
  }

  private BandChart chart(List<Integer> sizes, List<Line> lines) {
    ImmutableList<Double> x = sizes.stream().map(n -> (double) n).collect(toImmutableList());
    ImmutableList.Builder<BandChart.Band> bands = ImmutableList.builder();
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      bands.add(
          new BandChart.Band(
              line.name(),
              i,
              line.name().equals(RANDOM),
              x,
              percent(sizes, p -> line.at(p).mean()),
              percent(sizes, p -> line.accuracies().size() > 1 ? line.at(p).std() : 0)));
    }
    return new BandChart(
        "Accuracy by how images to label are chosen", "labels", "accuracy, %", bands.build());
  }

  private static ImmutableList<Double> percent(List<Integer> sizes, IntToDoubleFunction value) {
    return IntStream.range(0, sizes.size())
        .mapToObj(i -> 100 * value.applyAsDouble(i))
        .collect(toImmutableList());
  }

  private static void print(PrintWriter writer, List<Integer> sizes, List<Line> lines) {
    int last = sizes.size() - 1;
    double goal = lines.get(0).at(last).mean();
    writer.printf(
        Locale.ROOT,
        "%d labels drawn at random: %.2f%%; as accurate by choice, mean of %d seeds:%n",
        sizes.get(last),
        100 * goal,
        lines.get(0).accuracies().size());
    for (Line line : lines.subList(1, lines.size())) {
      double labels = SelectionSimulation.labelsFor(goal, sizes, line.means(sizes.size()));
      writer.printf(
          Locale.ROOT,
          "%-28s %s labels; with %d %.2f%% ± %.2f%n",
          line.name(),
          Double.isNaN(labels)
              ? "more than " + sizes.get(last)
              : String.format(Locale.ROOT, "%.0f", labels),
          sizes.get(last),
          100 * line.at(last).mean(),
          100 * line.at(last).std());
    }
  }
}
