package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.AtomicFiles;
import dev.eman.train.SavedModel;
import dev.eman.train.SavedWeights;
import dev.eman.train.StockNetwork;
import dev.eman.weights.WeightExport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a network for plain DL4J. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes a trained network for others: as a DL4J model of stock layers, which ModelSerializer"
          + ".restoreComputationGraph loads without this library, and which takes normalised images"
          + " [N, C, H, W] and gives probabilities.",
      "Or, with --format safetensors, its weights under torchvision's names, for PyTorch; of a"
          + " network without a classifier the backbone's."
    })
public final class ExportCommand implements Runnable {
  @Mixin private ModelSource source = new ModelSource();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write the model.")
  private Path file = Path.of("model.zip");

  /** What is written. */
  enum Format {
    DL4J,
    SAFETENSORS
  }

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "dl4j",
      description = "dl4j or safetensors (default: ${DEFAULT-VALUE}).")
  private Format format = Format.DL4J;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    if (format == Format.SAFETENSORS) {
      SavedWeights weights = source.weights();
      WeightExport.write(weights.graph(), file, weights.facts());
      out.printf("%s written to %s%n", weights.name(), file);
    } else {
      writeModel(out);
    }
    out.flush();
  }

  private void writeModel(PrintWriter out) {
    SavedModel model = source.open();
    ComputationGraph stock =
        StockNetwork.trained(model.graph(), model.size(), model.statistics().channels());
    AtomicFiles.save(file, to -> ModelSerializer.writeModel(stock, to, false));
    out.printf(
        "%s written to %s; images are scaled to 0 to 1, less %s, by %s%n",
        model.network().name().toLowerCase(Locale.ROOT),
        file,
        model.statistics().mean(),
        model.statistics().deviation());
  }
}
