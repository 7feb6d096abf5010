package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.LinearProbe;
import dev.eman.core.io.Printable;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Judges features by a linear classifier on them. */
@Command(
    name = "linear",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Judges a network's features by a linear classifier: the network stays as it is, in inference"
          + " mode; SGD with momentum 0.9 and no decay.",
      "Without --augment the features are computed once."
    })
public final class LinearCommand implements Runnable {
  @Mixin private Pretrained pretrained = new Pretrained();

  @Option(
      names = "--labels",
      paramLabel = "AMOUNT,...",
      split = ",",
      defaultValue = "1%,10%,100%",
      description = "Labelled images, each a part or N/class (default: ${DEFAULT-VALUE}).")
  private List<LabelAmount> amounts = List.of();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "100",
      description = "Passes over the labelled images (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "256",
      description = "Images a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "30",
      description =
          "At first; a tenth after 60%% and 80%% of the epochs (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--augment",
      paramLabel = "PRESET",
      description = "Change training images at every step, and compute their features anew.")
  private @Nullable AugmentationPreset augment;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    if (epochs < 1 || batch < 1 || !(learningRate > 0)) {
      throw new ParameterException(
          command.commandLine(),
          String.format(
              Locale.ROOT,
              "expected --epochs and --batch of at least 1 and --learning-rate above 0, got %d, %d"
                  + " and %s",
              epochs,
              batch,
              learningRate));
    }
    PrintWriter out = command.commandLine().getOut();
    Accuracies all = new Accuracies();
    pretrained.each(opened -> print(out, opened, all));
    all.printMeans(out, "labels");
  }

  private void print(PrintWriter out, Pretrained.Opened opened, Accuracies all) {
    Features test;
    try (BatchSource source = opened.testInOrder()) {
      test = Features.of(source, List.of(opened.extractor())).get(0);
    }
    List<ImmutableIntArray> labeled = new ArrayList<>();
    for (LabelAmount amount : amounts) {
      labeled.add(LabelSplit.draw(opened.train(), amount, opened.options().seed()).labeled());
    }
    Cache cache = augment == null ? Cache.of(opened, labeled) : null;
    out.printf(
        Locale.ROOT,
        "%s, %s: a linear classifier on %d features, %d epochs%n%n%10s %10s %8s %8s%n",
        Printable.escape(opened.name()),
        opened.options().backbone(),
        opened.width(),
        epochs,
        "labels",
        "images",
        "top-1",
        "top-5");
    for (int i = 0; i < amounts.size(); i++) {
      ImmutableIntArray images = labeled.get(i);
      Evaluation found =
          cache == null
              ? trainOnViews(opened, images).evaluate(test)
              : trainOn(cache.select(images), opened).evaluate(test);
      out.printf(
          Locale.ROOT,
          "%10s %,10d %7.2f%% %7.2f%%%n",
          amounts.get(i),
          images.length(),
          100 * found.top1(),
          100 * found.top5());
      out.flush();
      all.add(amounts.get(i).toString(), "top-1", found.top1());
      all.add(amounts.get(i).toString(), "top-5", found.top5());
    }
  }

  private LearningRateSchedule schedule(long perEpoch) {
    List<Long> milestones =
        LongStream.of(Math.round(0.6 * epochs), Math.round(0.8 * epochs))
            .filter(epoch -> epoch > 0 && epoch < epochs)
            .distinct() // Of few epochs.
            .map(epoch -> epoch * perEpoch)
            .boxed()
            .toList();
    return LearningRateSchedule.stepDecay(learningRate, milestones, 0.1, 0);
  }

  private LinearProbe trainOn(Features features, Pretrained.Opened opened) {
    int n = features.labels().length();
    long perEpoch = (n + batch - 1L) / batch;
    LearningRateSchedule schedule = schedule(perEpoch);
    LinearProbe probe = new LinearProbe(opened.width(), opened.classes());
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      order.add(i);
    }
    Random random = new Random(opened.options().seed());
    long step = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      Collections.shuffle(order, random);
      for (int from = 0; from < n; from += batch) {
        Features rows =
            features.select(
                ImmutableIntArray.copyOf(order.subList(from, Math.min(n, from + batch))));
        probe.step(rows.values(), rows.labels().toArray(), schedule.at(step++));
      }
    }
    return probe;
  }

  private LinearProbe trainOnViews(Pretrained.Opened opened, ImmutableIntArray images) {
    long perEpoch = Math.max(1, images.length() / batch);
    LearningRateSchedule schedule = schedule(perEpoch);
    LinearProbe probe = new LinearProbe(opened.width(), opened.classes());
    try (BatchPipeline batches =
        opened
            .images()
            .labeled(
                opened.train(),
                images,
                Math.min(batch, images.length()),
                requireNonNull(augment))) {
      for (long step = 0; step < epochs * perEpoch; step++) {
        Batch next = batches.next();
        probe.step(
            opened.extractor().features(next.requireLabeled()),
            next.labels().toArray(),
            schedule.at(step));
      }
    }
    return probe;
  }

  /** The features of all images that any of the amounts has, computed once. */
  private record Cache(Features features, Map<Integer, Integer> rows) {
    static Cache of(Pretrained.Opened opened, List<ImmutableIntArray> sets) {
      TreeSet<Integer> all = new TreeSet<>();
      sets.forEach(set -> all.addAll(set.asList()));
      Map<Integer, Integer> rows = new HashMap<>();
      all.forEach(image -> rows.put(image, rows.size()));
      try (BatchSource source = opened.trainInOrder(ImmutableIntArray.copyOf(all))) {
        ImmutableList<Features> features = Features.of(source, List.of(opened.extractor()));
        return new Cache(features.get(0), rows);
      }
    }

    Features select(ImmutableIntArray images) {
      return features.select(
          ImmutableIntArray.copyOf(images.stream().map(image -> requireNonNull(rows.get(image)))));
    }
  }
}
