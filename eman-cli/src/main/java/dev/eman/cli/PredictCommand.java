package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import dev.eman.core.loss.Softmax;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.report.Csv;
import dev.eman.train.FileImages;
import dev.eman.train.SavedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what is in pictures. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Classifies image files: the five likeliest classes with their probabilities.")
public final class PredictCommand implements Runnable {
  private static final int BATCH = 64;
  private static final int TOP = 5;

  @Mixin private ModelSource source = new ModelSource();

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Image files, or folders of them; links are followed.")
  private List<Path> images = List.of();

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description =
          "Write a table instead: file, then class and probability five times. A name that a"
              + " spreadsheet could take for a formula has a single quote in front.")
  private @Nullable Path csv;

  @Spec private @Nullable CommandSpec spec;

  private record Guess(String name, double probability) {}

  @Override
  public void run() {
    SavedModel model = source.open();
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    try (FileImages files =
        FileImages.of(images, model.classNames(), model.statistics().channels())) {
      List<List<Guess>> guesses = classify(model, files);
      if (csv != null) {
        writeTable(csv, files, guesses);
        out.printf(Locale.ROOT, "%d predictions written to %s%n", guesses.size(), csv);
      } else {
        print(out, files, guesses);
      }
    }
    out.flush();
  }

  private static List<List<Guess>> classify(SavedModel model, FileImages files) {
    List<List<Guess>> guesses = new ArrayList<>();
    try (BatchPipeline batches =
        BatchPipeline.builder()
            .labeled(ImageStream.inOrder(files, BATCH, model.view()))
            .statistics(model.statistics())
            .imageSize(model.size())
            .start()) {
      while (batches.hasNext()) {
        INDArray probabilities = Softmax.of(model.logits(batches.next().requireLabeled()));
        for (int row = 0; row < probabilities.size(0); row++) {
          guesses.add(best(model, probabilities, row));
        }
      }
    }
    return guesses;
  }

  private static List<Guess> best(SavedModel model, INDArray probabilities, int row) {
    return IntStream.range(0, model.classNames().size())
        .mapToObj(k -> new Guess(model.classNames().get(k), probabilities.getDouble(row, k)))
        .sorted(Comparator.comparingDouble(Guess::probability).reversed())
        .limit(TOP)
        .toList();
  }

  private static void print(PrintWriter out, FileImages files, List<List<Guess>> guesses) {
    for (int i = 0; i < guesses.size(); i++) {
      out.println(Printable.escape(files.imageName(i)));
      for (Guess guess : guesses.get(i)) {
        out.printf(
            Locale.ROOT,
            "  %6.2f%%  %s%n",
            100 * guess.probability(),
            Printable.escape(guess.name()));
      }
    }
  }

  private static void writeTable(Path file, FileImages files, List<List<Guess>> guesses) {
    List<List<String>> table = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of("file"));
    for (int i = 1; i <= guesses.get(0).size(); i++) {
      Collections.addAll(heading, "class" + i, "probability" + i);
    }
    table.add(heading);
    for (int i = 0; i < guesses.size(); i++) {
      List<String> row = new ArrayList<>(List.of(Csv.text(files.imageName(i))));
      for (Guess guess : guesses.get(i)) {
        row.add(Csv.text(guess.name()));
        row.add(String.format(Locale.ROOT, "%.6f", guess.probability()));
      }
      table.add(row);
    }
    AtomicFiles.saveString(file, Csv.table(table));
  }
}
