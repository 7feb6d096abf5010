package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Evaluator;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.train.SavedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a trained network on the test set. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = "Measures a trained network on the test set: top-1, top-5, each class.")
public final class EvaluateCommand implements Runnable {
  @Mixin private ModelSource source = new ModelSource();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where to look for data first (default: where the run found it).")
  private @Nullable Path data;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    SavedModel model = source.open();
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    DataDirectories directories =
        DataDirectories.of(data == null ? model.options().data().folder() : data);
    try (ImageDataset test = model.provider().open(Part.TEST, directories)) {
      if (!test.classNames().equals(model.classNames())) {
        throw new EmanException(
            "expected the classes that the network was trained on, "
                + model.classNames()
                + ", found "
                + test.classNames());
      }
      print(out, model, measure(model, test));
    }
  }

  private static Evaluation measure(SavedModel model, ImageDataset test) {
    try (BatchSource images =
        BatchPipeline.builder()
            .labeled(
                ImageStream.inOrder(
                    test, model.options().data().testBatch(model.provider()), model.view()))
            .statistics(model.statistics())
            .imageSize(model.size())
            .start()) {
      return Evaluator.evaluate(images, model.classNames().size(), List.of(model::logits)).get(0);
    }
  }

  private static void print(PrintWriter out, SavedModel model, Evaluation result) {
    out.printf(
        Locale.ROOT,
        "%s on %d test images: %s%n%n%-24s %8s %8s %10s%n",
        model.network().name().toLowerCase(Locale.ROOT),
        result.count(),
        result,
        "class",
        "images",
        "recall",
        "precision");
    for (int c = 0; c < result.classes(); c++) {
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
