package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.Printable;
import dev.eman.report.Csv;
import dev.eman.train.ImageClassifier;
import dev.eman.train.ImageClassifier.FilePredictions;
import dev.eman.train.ImageClassifier.Prediction;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies image files. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = {
      "Classifies image files: prints the most probable classes with their probabilities.",
      "RUN may also be an ONNX model that export or linear --save wrote.",
      "A file that cannot be read is named, the others are classified, and the exit code is 1."
    })
public final class PredictCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";

  @Mixin private ModelSource source = new ModelSource();

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Image files, or folders of them; links are followed.")
  private List<Path> images = List.of();

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Number of classes for each image, the most probable first; all of them if there are"
              + " fewer (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description =
          "Write a CSV table instead: the file, then the classes with their probabilities; - for"
              + " standard output. A name that a spreadsheet could take for a formula is prefixed"
              + " with a single quote.")
  private @Nullable Path csv;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine command = requireNonNull(spec).commandLine();
    if (top < 1) {
      throw new ParameterException(command, "--top: expected at least 1, got " + top);
    }
    int[] exitCode = new int[1];
    source.use(model -> exitCode[0] = predict(model, command));
    return exitCode[0];
  }

  private int predict(ImageClassifier model, CommandLine command) {
    PrintWriter out = command.getOut();
    Predictions predictions;
    if (csv == null) {
      predictions = new Lines(out, command.getErr());
      model.classify(images, predictions);
    } else if (csv.toString().equals(STANDARD_OUTPUT)) {
      predictions = new Table(out, command.getErr(), model.classNames().size());
      model.classify(images, predictions);
    } else {
      predictions = save(csv, model, command.getErr());
      out.printf(Locale.ROOT, "%d predictions written to %s%n", predictions.classified, csv);
    }
    out.flush();
    return predictions.exitCode();
  }

  private Predictions save(Path file, ImageClassifier model, PrintWriter err) {
    OutputFiles.makeFolder(file);
    Predictions[] written = new Predictions[1];
    AtomicFiles.save(
        file,
        to -> {
          PrintWriter writer =
              new PrintWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8), false);
          written[0] = new Table(writer, err, model.classNames().size());
          model.classify(images, written[0]);
          writer.flush();
        });
    return written[0];
  }

  /** Writes predictions in some form, and names what cannot be read on the error stream. */
  private abstract class Predictions implements FilePredictions {
    final PrintWriter out;
    private final PrintWriter err;
    private int classified;
    private int failed;

    Predictions(PrintWriter out, PrintWriter err) {
      this.out = out;
      this.err = err;
    }

    abstract void write(Path image, List<Prediction> likeliest);

    @Override
    public final void classified(Path image, ImmutableList<Prediction> classes) {
      classified++;
      write(image, classes.subList(0, Math.min(top, classes.size())));
      if (out.checkError()) { // Nobody reads the rest, or it cannot be written.
        throw new OutputLostException();
      }
    }

    @Override
    public final void passedOver(String note) {
      Notes.print(err, List.of(note));
    }

    @Override
    public final void failed(Path path, String reason) {
      failed++;
      err.println("eman: " + Printable.escapeLines(reason));
      err.flush();
    }

    /** 1 if anything could not be read; if there was more than that, their number is printed. */
    int exitCode() {
      if (failed == 0) {
        return 0;
      }
      if (failed + classified > 1) {
        err.printf(
            Locale.ROOT,
            "eman: classified %d of %d images; the others cannot be read%n",
            classified,
            classified + failed);
        err.flush();
      }
      return 1;
    }
  }

  /** An image's name, and a line for each class. */
  private final class Lines extends Predictions {
    Lines(PrintWriter out, PrintWriter err) {
      super(out, err);
    }

    @Override
    void write(Path image, List<Prediction> likeliest) {
      out.println(Printable.escape(image.toString()));
      for (Prediction guess : likeliest) {
        out.printf(
            Locale.ROOT,
            "  %6.2f%%  %s%n",
            100 * guess.probability(),
            Printable.escape(guess.className()));
      }
    }
  }

  /** A CSV table. */
  private final class Table extends Predictions {
    Table(PrintWriter out, PrintWriter err, int classes) {
      super(out, err);
      List<String> heading = new ArrayList<>(List.of("file"));
      for (int i = 1; i <= Math.min(top, classes); i++) {
        Collections.addAll(heading, "class" + i, "probability" + i);
      }
      out.print(Csv.table(List.of(heading)));
    }

    @Override
    void write(Path image, List<Prediction> likeliest) {
      List<String> row = new ArrayList<>(List.of(Csv.text(image.toString())));
      for (Prediction guess : likeliest) {
        row.add(Csv.text(guess.className()));
        row.add(String.format(Locale.ROOT, "%.6f", guess.probability()));
      }
      out.print(Csv.table(List.of(row)));
    }
  }
}
