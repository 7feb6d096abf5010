package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.Printable;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.image.Orientation;
import dev.eman.report.Csv;
import dev.eman.train.FileFeatures;
import dev.eman.train.ImagePreparation;
import dev.eman.train.encoder.OnnxEncoder;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Encodes images by a model of another program. */
@Command(
    name = "features",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Computes features of images by an ONNX model of any program (--encoder), and keeps them in a"
          + " cache by the model's checksum and the images' pixels: knn and linear take them from"
          + " there with the same --encoder.",
      "Image size, layout and normalisation are read from the model, as far as it says them."
    })
public final class FeaturesCommand implements Callable<Integer> {
  @Mixin private EncoderSource encoder = new EncoderSource();

  @Parameters(
      arity = "1..*",
      paramLabel = "PHOTOS",
      description = "Image files, or folders of them; links are followed.")
  private List<Path> images = List.of();

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Width and height of images, for a model that takes any size.")
  private @Nullable Integer size;

  @Option(
      names = "--test-view",
      paramLabel = "PRESET",
      description = "Preparation of the images (default: the model's own, or imagenet-val).")
  private @Nullable AugmentationPreset view;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write a CSV table, too: the file, then its features.")
  private @Nullable Path table;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    PrintWriter err = requireNonNull(spec).commandLine().getErr();
    try (OnnxEncoder model = encoder.open(size)) {
      Notes.print(err, model.notes());
      Table rows = new Table(err);
      Path file = table;
      if (file == null) {
        rows.write(model, Writer.nullWriter());
      } else {
        OutputFiles.makeFolder(file);
        AtomicFiles.save(
            file,
            to -> {
              PrintWriter writer =
                  new PrintWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8), false);
              rows.write(model, writer);
              writer.flush();
            });
      }
      model.save();
      EncoderSource.report(out, model);
      out.printf(
          Locale.ROOT,
          "%d features of each in %s%n",
          model.width(),
          file == null ? encoder.folder() : file);
      out.flush();
      return rows.failed == 0 ? 0 : 1;
    }
  }

  private ImagePreparation preparation(OnnxEncoder model) {
    AugmentationPreset chosen = view != null ? view : EncoderView.of(model);
    return new ImagePreparation(
        OnnxEncoder.statistics(model.channels()),
        model.imageSize(),
        chosen.create(model.imageSize()),
        model.orientation().orElse(Orientation.EXIF));
  }

  /** A CSV table. */
  private final class Table implements FileFeatures.Receiver {
    private final PrintWriter err;
    private PrintWriter to = new PrintWriter(Writer.nullWriter());
    private int failed;

    Table(PrintWriter err) {
      this.err = err;
    }

    void write(OnnxEncoder model, Writer writer) {
      to = new PrintWriter(writer);
      FileFeatures.of(images, model, preparation(model), this);
      to.flush();
    }

    @Override
    public void encoded(Path image, float[] features) {
      List<String> row = new ArrayList<>(List.of(Csv.text(image.toString())));
      for (float value : features) {
        row.add(Float.toString(value));
      }
      to.print(Csv.table(List.of(row)));
    }

    @Override
    public void failed(Path path, String reason) {
      failed++;
      err.println("eman: " + Printable.escapeLines(reason));
      err.flush();
    }

    @Override
    public void passedOver(String note) {
      Notes.print(err, List.of(note));
    }
  }
}
