package dev.eman.benchmarks.train;

import static java.util.Objects.requireNonNull;

import dev.eman.benchmarks.bench.StockNetwork;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
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
      "Writes a trained network as a DL4J model of stock layers: ModelSerializer"
          + ".restoreComputationGraph loads it without this library.",
      "It takes normalised images [N, C, H, W] and gives probabilities."
    })
public final class ExportCommand implements Runnable {
  @Mixin private SavedModel.Source source = new SavedModel.Source();

  @Option(
      names = "--out",
      paramLabel = "FILE.zip",
      required = true,
      description = "Where to write the model.")
  private Path file = Path.of("model.zip");

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    SavedModel model = source.open();
    ComputationGraph stock =
        StockNetwork.trained(model.graph(), model.size(), model.statistics().channels());
    try {
      AtomicFiles.write(file, out -> ModelSerializer.writeModel(stock, out, false));
    } catch (IOException e) {
      throw new EmanException("cannot write " + file + ": " + e, e);
    }
    requireNonNull(spec)
        .commandLine()
        .getOut()
        .printf(
            "%s written to %s; images are scaled to 0 to 1, less %s, by %s%n",
            model.network().name().toLowerCase(java.util.Locale.ROOT),
            file,
            model.statistics().mean(),
            model.statistics().deviation());
    requireNonNull(spec).commandLine().getOut().flush();
  }
}
