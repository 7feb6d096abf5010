package dev.eman.train;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.fetch.RemoteFile;
import dev.eman.train.published.PublishedWeights;
import dev.eman.train.published.PublishedWeightsProvider;
import dev.eman.weights.WeightExport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Weights of a small network, {@value #NAME}, once a test has made them. */
public final class TestWeights implements PublishedWeightsProvider {
  static final String NAME = "tests:tiny";
  static final String BACKBONE = "resnet8-w4";
  static final ChannelStatistics STATISTICS =
      ChannelStatistics.of(new double[] {0.5, 0.4, 0.3}, new double[] {0.25, 0.2, 0.5});

  private static final String FILE = "tiny-of-tests.safetensors";
  private static volatile String checksum = "sha256:" + "0".repeat(64);

  @Override
  public ImmutableList<PublishedWeights> all() {
    return ImmutableList.of(
        new PublishedWeights(
            NAME,
            BACKBONE,
            new RemoteFile(
                URI.create("http://127.0.0.1:1/" + FILE), // Nobody answers there.
                FILE,
                checksum,
                RemoteFile.UNKNOWN,
                RemoteFile.Unpack.NONE),
            0.1,
            new PublishedWeights.Input(STATISTICS, 16, "none"),
            "free to use in tests"));
  }

  /** Writes the file into a folder and returns the network. */
  static ComputationGraph make(Path folder) throws IOException {
    ComputationGraph network = Backbones.named(BACKBONE).features(77);
    Path file = Files.createDirectories(folder).resolve(FILE);
    WeightExport.write(network, file, Map.of());
    checksum = "sha256:" + Hashing.sha256().hashBytes(Files.readAllBytes(file));
    return network;
  }
}
