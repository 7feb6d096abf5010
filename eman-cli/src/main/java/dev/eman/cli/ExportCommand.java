package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.AtomicFiles;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.StockNetwork;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.options.Network;
import dev.eman.weights.WeightExport;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
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
          + " [N, C, H, W] to probabilities.",
      "With --format safetensors: its weights under torchvision's names, for PyTorch (only the"
          + " backbone's if the network has no classifier)."
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
    if (format == Format.SAFETENSORS) {
      writeWeights(out, checkpoint);
    } else {
      writeModel(out, checkpoint);
    }
    out.flush();
  }

  /** Names the network only if it is the teacher. */
  private void writeWeights(PrintWriter out, RunCheckpoint checkpoint) {
    Network network = source.network() == null ? Network.STUDENT : source.network();
    WeightExport.write(checkpoint.weights(network), file, checkpoint.exportFacts());
    out.printf(
        "%s%s written to %s%n",
        network.label(), checkpoint.classifies() ? "" : "'s backbone", file);
  }

  private void writeModel(PrintWriter out, RunCheckpoint checkpoint) {
    TrainedClassifier model = source.classifier(checkpoint);
    ChannelStatistics statistics = checkpoint.statistics();
    ComputationGraph stock =
        StockNetwork.trained(model.graph(), checkpoint.imageSize(), statistics.channels());
    AtomicFiles.save(file, to -> ModelSerializer.writeModel(stock, to, false));
    out.printf(
        "%s written to %s; scale images to 0 to 1, subtract %s, divide by %s%n",
        model.network().label(), file, statistics.mean(), statistics.deviation());
  }
}
