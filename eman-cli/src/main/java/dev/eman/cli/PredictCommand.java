package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import dev.eman.report.Csv;
import dev.eman.train.FileImages;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.TrainedClassifier.Prediction;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies image files. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description =
        "Classifies image files: prints the five most probable classes with their"
            + " probabilities.")
public final class PredictCommand implements Runnable {
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
          "Write a CSV table instead: the file, then five classes with their probabilities. A"
              + " name that a spreadsheet could take for a formula is prefixed with a single"
              + " quote.")
  private @Nullable Path csv;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    TrainedClassifier model = source.classifier(source.open());
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    try (FileImages files = model.images(images)) {
      List<List<Prediction>> guesses = new ArrayList<>();
      for (List<Prediction> all : model.classify(files)) {
        guesses.add(all.subList(0, Math.min(TOP, all.size())));
      }
      if (csv != null) {
        writeTable(csv, files, guesses);
        out.printf(Locale.ROOT, "%d predictions written to %s%n", guesses.size(), csv);
      } else {
        print(out, files, guesses);
      }
    }
    out.flush();
  }

  private static void print(PrintWriter out, FileImages files, List<List<Prediction>> guesses) {
    for (int i = 0; i < guesses.size(); i++) {
      out.println(Printable.escape(files.imageName(i)));
      for (Prediction guess : guesses.get(i)) {
        out.printf(
            Locale.ROOT,
            "  %6.2f%%  %s%n",
            100 * guess.probability(),
            Printable.escape(guess.className()));
      }
    }
  }

  private static void writeTable(Path file, FileImages files, List<List<Prediction>> guesses) {
    List<List<String>> table = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of("file"));
    for (int i = 1; i <= guesses.get(0).size(); i++) {
      Collections.addAll(heading, "class" + i, "probability" + i);
    }
    table.add(heading);
    for (int i = 0; i < guesses.size(); i++) {
      List<String> row = new ArrayList<>(List.of(Csv.text(files.imageName(i))));
      for (Prediction guess : guesses.get(i)) {
        row.add(Csv.text(guess.className()));
        row.add(String.format(Locale.ROOT, "%.6f", guess.probability()));
      }
      table.add(row);
    }
    AtomicFiles.saveString(file, Csv.table(table));
  }
}
