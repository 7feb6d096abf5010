package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import dev.eman.core.UsageException;
import dev.eman.core.io.OutputFiles;
import dev.eman.train.Dl4jExport;
import dev.eman.train.ExportFacts;
import dev.eman.train.ModelCard;
import dev.eman.train.OnnxModel;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import dev.eman.weights.WeightExport;
import dev.eman.weights.onnx.OnnxCheck;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxExport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Exports a network for plain DL4J, PyTorch or ONNX. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Exports a trained network: as a DL4J model of stock layers, which ModelSerializer"
          + ".restoreComputationGraph loads without this library and which maps normalised images"
          + " [N, C, H, W] to probabilities. The archive also has its normaliser"
          + " (ModelSerializer.restoreNormalizerFromFile) and the class names (labels.txt).",
      "With --format safetensors, or a FILE of that ending: its weights under torchvision's names,"
          + " for PyTorch (only the backbone's if the network has no classifier); class names,"
          + " image size and normalisation are in the metadata.",
      "With --format onnx, or such an ending: an ONNX model of operator set "
          + OnnxExport.OPSET
          + " for batches of any size, from normalised images to logits (features if the network"
          + " has no classifier); the same facts are in its metadata. ONNX Runtime runs it before"
          + " it is written: outputs must be within 1e-4 of this library's, or nothing is written.",
      "Beside the file, model-card.md and model-card.json say what is known about the network:"
          + " data, labels, method, options, accuracies, limits."
    })
public final class ExportCommand implements Runnable {
  @Mixin private ModelSource source = new ModelSource();

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "File to write.")
  private Path file = Path.of("model.zip");

  /** The format of the file. */
  enum Format {
    DL4J(".zip"),
    SAFETENSORS(".safetensors"),
    ONNX(".onnx");

    private final String ending;

    Format(String ending) {
      this.ending = ending;
    }

    String label() {
      return Ascii.toLowerCase(name());
    }

    /** The format that was given, else the one of the file's ending, else DL4J's. */
    static Format of(Path file, @Nullable Format given) {
      String name = Ascii.toLowerCase(file.toString());
      for (Format format : values()) {
        if (name.endsWith(format.ending)) {
          if (given != null && given != format) {
            throw new UsageException(
                String.format(
                    Locale.ROOT,
                    "--format %s: expected a file that ends in %s, found --out %s; leave out"
                        + " --format for %s, or name another file",
                    given.label(),
                    given.ending,
                    file,
                    format.label()));
          }
          return format;
        }
      }
      return given == null ? DL4J : given;
    }
  }

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "dl4j, safetensors or onnx (default: by the file's ending, .zip, .safetensors or .onnx;"
              + " dl4j for any other).")
  private @Nullable Format given;

  private Format format = Format.DL4J;

  @Option(
      names = "--unfolded",
      description =
          "With --format onnx: keep normalisations as operations of their own, with the parameters"
              + " as trained (default: folded into the convolutions before them).")
  private boolean unfolded;

  @Option(
      names = "--normalize",
      description =
          "With --format onnx: take pixels from 0 to 255, which the model normalises itself.")
  private boolean normalize;

  @Option(
      names = "--softmax",
      description = "With --format onnx: give probabilities in place of logits.")
  private boolean softmax;

  @Option(
      names = "--no-verify",
      description = "With --format onnx: write the model without running it.")
  private boolean unverified;

  @Option(
      names = "--no-card",
      description = "Write no model-card.md and model-card.json beside the file.")
  private boolean withoutCard;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    format = Format.of(file, given);
    checkOptions();
    OutputFiles.requireFile(file); // The model card is made of what was written.
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
    } else if (format == Format.ONNX) {
      writeOnnx(checkpoint, network, out);
      return;
    } else {
      Dl4jExport.write(checkpoint.network(network), facts, file);
    }
    Path card = writeCard(checkpoint, network);
    out.printf(Locale.ROOT, "%s; %s%n", what(facts), use(facts));
    CardText.print(out, card);
    out.flush();
  }

  private @Nullable Path writeCard(RunCheckpoint checkpoint, Network network) {
    if (withoutCard) {
      return null;
    }
    String command = CardText.commandLine(requireNonNull(spec));
    return ModelCard.of(checkpoint, network, file, format.label(), command).write(file);
  }

  private void checkOptions() {
    if (format != Format.ONNX && (unfolded || normalize || softmax || unverified)) {
      throw new UsageException(
          "--unfolded, --normalize, --softmax and --no-verify: expected with --format onnx, found"
              + " --format "
              + format.label());
    }
  }

  private void writeOnnx(RunCheckpoint checkpoint, Network network, PrintWriter out) {
    ExportFacts facts = checkpoint.exportFacts(network);
    OnnxModel model =
        OnnxModel.of(checkpoint, network).folded(!unfolded).pixels(normalize).softmax(softmax);
    OnnxEngine engine =
        unverified
            ? null
            : OnnxEngine.require(
                "export --format onnx", "; --no-verify writes the model without running it");
    OutputFiles.makeFolder(file);
    OnnxCheck check = model.write(file, engine);
    Path card = writeCard(checkpoint, network);
    out.printf(
        Locale.ROOT,
        "%s; %s; output %s [N, %d], ONNX opset %d, %s%n",
        what(facts),
        normalize ? images(facts) + " of pixels from 0 to 255" : use(facts),
        model.output(),
        model.outputs(),
        OnnxExport.OPSET,
        unfolded ? "unfolded" : "folded");
    if (check == null || engine == null) {
      out.println("not verified");
    } else {
      out.printf(
          Locale.ROOT,
          "verified by %s: %d random images, largest difference %.1e (allowed %.1e)%n",
          engine.name(),
          check.images(),
          check.largestDifference(),
          check.tolerance());
    }
    CardText.print(out, card);
    out.flush();
  }

  private String what(ExportFacts facts) {
    return String.format(
        Locale.ROOT,
        "%s%s written to %s (%s)",
        facts.network().label(),
        facts.classes().isEmpty() ? "'s backbone" : "",
        file,
        format.label());
  }

  private static String images(ExportFacts facts) {
    int channels = facts.statistics().channels();
    return String.format(
        Locale.ROOT,
        "for images [N, %d, %d, %d]%s",
        channels,
        facts.imageSize(),
        facts.imageSize(),
        channels == 3 ? " in the order red, green, blue" : "");
  }

  private String use(ExportFacts facts) {
    if (format == Format.DL4J) {
      return images(facts) + " of pixels from 0 to 255, which the normaliser inside prepares";
    }
    return String.format(
        Locale.ROOT,
        "%s, scaled to 0 to 1, less %s, divided by %s",
        images(facts),
        facts.statistics().mean(),
        facts.statistics().deviation());
  }
}
