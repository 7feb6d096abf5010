package dev.eman.cli;

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

/** Published weights of a small network, {@value #NAME}, once a test has made them. */
public final class TinyWeights implements PublishedWeightsProvider {
  static final String NAME = "tests:small";

  private static final String FILE = "small-of-tests.safetensors";
  private static volatile String checksum = "sha256:" + "0".repeat(64);

  @Override
  public ImmutableList<PublishedWeights> all() {
    ChannelStatistics half =
        ChannelStatistics.of(new double[] {0.5, 0.5, 0.5}, new double[] {0.5, 0.5, 0.5});
    return ImmutableList.of(
        new PublishedWeights(
            NAME,
            "resnet8-w4",
            new RemoteFile(
                URI.create("http://127.0.0.1:1/" + FILE), // Nobody answers there.
                FILE,
                checksum,
                RemoteFile.UNKNOWN,
                RemoteFile.Unpack.NONE),
            0.1,
            new PublishedWeights.Input(half, 16, "none"),
            "free to use in tests"));
  }

  /** Writes the file into a folder. */
  static void make(Path folder) throws IOException {
    Path file = Files.createDirectories(folder).resolve(FILE);
    WeightExport.write(Backbones.named("resnet8-w4").features(77), file, Map.of());
    checksum = "sha256:" + Hashing.sha256().hashBytes(Files.readAllBytes(file));
  }
}
