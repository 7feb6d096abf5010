package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Evaluator;
import dev.eman.core.io.Printable;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TestData;
import dev.eman.train.TestImages;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Evaluates a trained network on the test set. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Evaluates a trained network on the test set: top-1, top-5, balanced accuracy"
            + " (mean recall of the classes), macro F1, and recall and precision per class.")
public final class EvaluateCommand implements Runnable {
  @Mixin private ModelSource source = new ModelSource();

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description =
          "Data set to evaluate on, by the classes of the same names (default: the run's own). If"
              + " it has no test set, on all of its labelled images.")
  private @Nullable String dataset;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Folder that the paths in a table are relative to (default: the table's own).")
  private @Nullable Path images;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder to search for data first (default: where the run found its data).")
  private @Nullable Path data;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    Opened opened = open();
    TrainedClassifier model = opened.model();
    CommandLine command = requireNonNull(spec).commandLine();
    PrintWriter out = command.getOut();
    try (TestData test = opened.test();
        BatchPipeline batches = model.inOrder(test.images(), opened.corruptImages())) {
      Notes.print(command.getErr(), test.notes());
      Evaluation result =
          Evaluator.evaluate(batches, model.classNames().size(), List.of(model::logits)).get(0);
      print(out, model, test.kind(), result);
      Notes.print(command.getErr(), skipped(batches.skippedImages()));
    }
  }

  /** Not the checkpoint, several times as large, which would be held as long as this works. */
  private record Opened(TrainedClassifier model, CorruptImages corruptImages, TestData test) {}

  private Opened open() {
    RunCheckpoint checkpoint = source.open();
    return new Opened(
        source.classifier(checkpoint),
        checkpoint.corruptImages(),
        TestData.open(checkpoint, given()));
  }

  private OptionTexts given() {
    OptionTexts given = OptionTexts.empty();
    given = dataset == null ? given : given.with(DataOptions.DATASET, dataset);
    given = images == null ? given : given.with(DataOptions.IMAGES, images.toString());
    return data == null ? given : given.with(DataOptions.DATA, data.toString());
  }

  private static List<String> skipped(long images) {
    String what =
        images == 1
            ? "1 image that cannot be decoded was replaced by another"
            : String.format(
                Locale.ROOT, "%,d images that cannot be decoded were replaced by others", images);
    return images == 0 ? List.of() : List.of(what + ", as in the run's own evaluations");
  }

  private static void print(
      PrintWriter out, TrainedClassifier model, TestImages kind, Evaluation result) {
    out.printf(
        Locale.ROOT,
        "%s on %d %s images: %s%n%n%-24s %8s %8s %10s%n",
        model.network().label(),
        result.count(),
        kind.set(),
        result,
        "class",
        "images",
        "recall",
        "precision");
    for (int c = 0; c < result.classes(); c++) {
      if (result.count(c) == 0) {
        continue; // Named before; it has no recall.
      }
      out.printf(
          Locale.ROOT,
          "%-24s %8d %7.2f%% %9.2f%%%n",
          Printable.escape(model.classNames().get(c)),
          result.count(c),
          100 * result.recall(c),
          100 * result.precision(c));
    }
    out.flush();
  }
}
