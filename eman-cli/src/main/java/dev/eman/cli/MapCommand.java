package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import dev.eman.cli.data.ImagesOption;
import dev.eman.cli.data.PngFiles;
import dev.eman.core.EmanException;
import dev.eman.core.io.OutputFiles;
import dev.eman.report.FeatureMap;
import dev.eman.report.Maps;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Draws a map of a network's features. */
@Command(
    name = "map",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = MapCommand.Options.class,
    description = {
      "Draws test images as points that are close together if the network's features are (UMAP"
          + " on features of length 1), coloured by class. A run's report includes such a map.",
      "Features are taken before the head."
    })
public final class MapCommand implements Runnable {
  private static final int COUNT = 2000;

  /** The options of one network. */
  static final class Options extends SingleNetwork {
    Options() {
      super(
          "random weights, for comparison",
          ImmutableMap.of("--seed", "Seed of random weights (default: the run's own, or 0)."));
    }
  }

  @Mixin private Pretrained pretrained = new Pretrained();

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "PNG file to write.")
  private Path file = Path.of("map.png");

  @Mixin private ImagesOption images = new ImagesOption();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Number of test images (default: " + COUNT + ").")
  private @Nullable Integer count;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    PngFiles.checkName(command, file);
    Integer formerly = images.formerCount();
    int most = count != null ? count : formerly != null ? formerly : COUNT;
    if (most < 1) {
      throw new ParameterException(
          command.commandLine(), "--count: expected at least 1, got " + most);
    }
    OutputFiles.makeFolder(file);
    PrintWriter out = command.commandLine().getOut();
    pretrained.images(images.folderOrNull());
    pretrained.only(opened -> draw(out, opened, most));
    out.flush();
  }

  private void draw(PrintWriter out, Pretrained.Opened opened, int most) {
    FeatureMap map =
        Maps.of(opened.extractor(), opened.images(), opened.test(), most, opened.name());
    if (map == null) {
      throw new EmanException(
          "expected finite features of at least "
              + FeatureMap.FEWEST
              + " labelled test images, found fewer");
    }
    map.writePng(opened.test().classNames(), file);
    out.printf("%,d test images drawn in %s%n", map.labels().length(), file);
  }
}
