package dev.eman.cli;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.nn.Backend;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Part;
import dev.eman.train.AlgorithmFactory;
import dev.eman.train.DataParts;
import dev.eman.train.RunPlan;
import dev.eman.train.RunSplit;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.protocol.ImageCounts;
import dev.eman.train.protocol.RunEstimate;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Prints the data and schedule of a training run, and the time and memory given by {@link
 * RunEstimate}.
 */
public final class DryRun {
  private static final double MIB = 1024.0 * 1024.0;

  private final PrintWriter out;
  private final TrainingOptions options;
  private final DatasetProvider provider;
  private final AlgorithmProvider algorithm;

  private DryRun(PrintWriter out, TrainingOptions options) {
    this.out = out;
    this.options = options;
    provider = DataParts.provider(options.data(), options.data().directories());
    algorithm = Algorithms.named(options.algorithm());
  }

  /** Prints an estimate of a run; keeps no result of training. */
  public static void print(PrintWriter out, String name, TrainingOptions options) {
    DryRun run = new DryRun(out, options);
    if (!run.algorithm.views().isEmpty()) { // Training would end with the same.
      run.algorithm.checkBatch(
          options.algorithmOptions(), options.batch().unlabeled() / options.batch().parts());
    }
    out.printf("%s, not trained: --dry-run%n", name);
    ImageCounts counts = run.count();
    RunPlan plan = RunPlan.of(options, run.algorithm, counts.labeled(), counts.images());
    plan.checkReached();
    run.print(counts, plan);
    run.print(
        RunEstimate.measure(
            new AlgorithmFactory(
                    options,
                    run.provider.statistics().channels(),
                    counts.classes(),
                    counts.labeled(),
                    counts.images(),
                    plan.steps(),
                    null)
                .create(null),
            run.workload(plan),
            run::takes));
    out.flush();
  }

  private boolean takes(int images) {
    try {
      algorithm.checkBatch(options.algorithmOptions(), images);
      return true;
    } catch (UsageException e) {
      return false;
    }
  }

  private ImageCounts count() {
    try (DataParts data = DataParts.open(options)) {
      return ImageCounts.of(
          data.train(), RunSplit.of(options, provider, data.train(), data.directories()));
    } catch (DatasetException e) {
      if (provider.isPresent(Part.TRAIN, options.data().directories())) {
        throw e; // They are here, and training would end with the same.
      }
      return ImageCounts.published(
              options.data().dataset(),
              options.data().labelsFile(),
              options.data().labels(),
              options.data().imbalance().imbalance(),
              options.data().unlabeled())
          .orElseThrow(() -> e);
    }
  }

  private RunEstimate.Workload workload(RunPlan plan) {
    return RunEstimate.Workload.builder()
        .steps(plan.trained())
        .batchSize(options.batch().size())
        .labels(algorithm.usesLabels())
        .views(algorithm.views().size())
        .mu(options.batch().unlabeledRatio())
        .accumulate(options.batch().accumulate())
        .devices(options.batch().devices())
        .channels(provider.statistics().channels())
        .imageSize(options.data().imageSize(provider))
        .build();
  }

  private void print(ImageCounts counts, RunPlan plan) {
    int labeled = algorithm.usesLabels() ? options.batch().size() : 0;
    int unlabeled =
        algorithm.views().isEmpty() ? 0 : options.batch().size() * options.batch().unlabeledRatio();
    line(
        "data",
        "%s: %,d images, %,d with labels (%s)",
        options.data().dataset(),
        counts.images(),
        algorithm.usesLabels() ? counts.labeled() : 0,
        counts.found() ? "found" : "not found here; published size");
    line(
        "one step",
        "%d labelled and %d unlabelled images of %d pixels, in %d part(s) on %d device(s)",
        labeled,
        unlabeled,
        options.data().imageSize(provider),
        options.batch().accumulate() * options.batch().devices(),
        options.batch().devices());
    line(
        "steps",
        "%,d%s, %,d per epoch",
        plan.trained(),
        plan.trained() == plan.steps() ? "" : String.format(Locale.ROOT, " of %,d", plan.steps()),
        plan.stepsPerEpoch());
    line(
        "images seen",
        "%,d labelled, %,d unlabelled",
        plan.trained() * labeled,
        plan.trained() * unlabeled);
    line(
        "learning rate",
        "%s: %.4g initially, %.4g halfway, %.4g at the end",
        options.schedule().kind().name().toLowerCase(Locale.ROOT),
        plan.schedule().at(0),
        plan.schedule().at(plan.steps() / 2),
        plan.schedule().at(plan.steps() - 1));
  }

  private void print(RunEstimate estimate) {
    line(
        "network",
        "%s: %.1f million parameters; a checkpoint of %.0f MiB",
        options.backbone(),
        estimate.parameters() / 1e6,
        estimate.checkpointBytes() / MIB);
    line(
        "memory",
        "about %,.0f MiB on each device, plus %,.0f MiB of batches",
        estimate.deviceBytes() / MIB,
        estimate.batchBytes() / MIB);
    line(
        "time",
        "%s for all steps at %.3g s each, scaled from a step with a batch of %d that took %.3g"
            + " s here; without data loading and evaluations (%s)",
        Durations.rough(estimate.seconds()),
        estimate.stepSeconds(),
        estimate.measuredBatch(),
        estimate.measuredSeconds(),
        Backend.describe());
  }

  private void line(String what, String format, Object... values) {
    out.printf(Locale.ROOT, "  %-14s %s%n", what, String.format(Locale.ROOT, format, values));
  }
}
