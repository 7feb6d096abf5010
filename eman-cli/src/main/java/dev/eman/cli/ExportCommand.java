package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.train.Dl4jExport;
import dev.eman.train.ExportFacts;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import dev.eman.weights.WeightExport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Exports a network for plain DL4J or PyTorch. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Exports a trained network: as a DL4J model of stock layers, which ModelSerializer"
          + ".restoreComputationGraph loads without this library and which maps normalised images"
          + " [N, C, H, W] to probabilities. The archive also has its normaliser"
          + " (ModelSerializer.restoreNormalizerFromFile) and the class names (labels.txt).",
      "With --format safetensors: its weights under torchvision's names, for PyTorch (only the"
          + " backbone's if the network has no classifier); class names, image size and"
          + " normalisation are in the metadata."
    })
public final class ExportCommand implements Runnable {
  @Mixin private ModelSource source = new ModelSource();

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "File to write.")
  private Path file = Path.of("model.zip");

  /** The format of the file. */
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
    RunCheckpoint checkpoint = source.open();
    if (format == Format.DL4J) {
      checkpoint.checkClassifies();
    }
    Network network = source.network(checkpoint);
    ExportFacts facts = checkpoint.exportFacts(network);
    OutputFiles.makeFolder(file);
    if (format == Format.SAFETENSORS) {
      WeightExport.write(checkpoint.weights(network), file, facts.toTexts());
    } else {
      Dl4jExport.write(checkpoint.network(network), facts, file);
    }
    out.printf(Locale.ROOT, "%s; %s%n", what(facts), use(facts));
    out.flush();
  }

  private String what(ExportFacts facts) {
    return String.format(
        Locale.ROOT,
        "%s%s written to %s",
        facts.network().label(),
        facts.classes().isEmpty() ? "'s backbone" : "",
        file);
  }

  private String use(ExportFacts facts) {
    int channels = facts.statistics().channels();
    String images =
        String.format(
            Locale.ROOT,
            "for images [N, %d, %d, %d]%s",
            channels,
            facts.imageSize(),
            facts.imageSize(),
            channels == 3 ? " in the order red, green, blue" : "");
    if (format == Format.DL4J) {
      return images + " of pixels from 0 to 255, which the normaliser inside prepares";
    }
    return String.format(
        Locale.ROOT,
        "%s, scaled to 0 to 1, less %s, divided by %s",
        images,
        facts.statistics().mean(),
        facts.statistics().deviation());
  }
}
