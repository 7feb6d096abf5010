package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Evaluator;
import dev.eman.core.io.Printable;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.train.DataParts;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.options.DataOptions;
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
      names = "--data",
      paramLabel = "DIR",
      description = "Folder to search for data first (default: where the run found its data).")
  private @Nullable Path data;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    RunCheckpoint checkpoint = source.open();
    TrainedClassifier model = source.classifier(checkpoint);
    CommandLine command = requireNonNull(spec).commandLine();
    PrintWriter out = command.getOut();
    DataOptions options = checkpoint.options().data();
    DataDirectories directories =
        (data == null
            ? options.directories()
            : DataDirectories.of(data).withImages(options.images()));
    ClassList classes = ClassList.of(model.classNames(), "the network's training set");
    try (ImageDataset test =
        DataParts.openTest(DataParts.provider(options, directories), directories, classes)) {
      Notes.print(command.getErr(), DataParts.notes(classes, test));
      print(out, model, measure(model, test));
    }
  }

  private static Evaluation measure(TrainedClassifier model, ImageDataset test) {
    try (BatchSource images = model.inOrder(test)) {
      return Evaluator.evaluate(images, model.classNames().size(), List.of(model::logits)).get(0);
    }
  }

  private static void print(PrintWriter out, TrainedClassifier model, Evaluation result) {
    out.printf(
        Locale.ROOT,
        "%s on %d test images: %s%n%n%-24s %8s %8s %10s%n",
        model.network().label(),
        result.count(),
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
