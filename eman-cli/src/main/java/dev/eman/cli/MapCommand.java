package dev.eman.cli;

import static java.util.Objects.requireNonNull;

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
    description = {
      "Draws test images as points that are close together if the network's features are (UMAP"
          + " on features of length 1), coloured by class. A run's report includes such a map.",
      "Features are taken before the head."
    })
public final class MapCommand implements Runnable {
  @Mixin private Pretrained pretrained = new Pretrained();

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "PNG file to write.")
  private Path file = Path.of("map.png");

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Number of test images (default: ${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = "--image-folder",
      paramLabel = "DIR",
      description =
          "Folder that the paths in a table are relative to, which is --images in other commands"
              + " (default: the run's own, or the table's).")
  private @Nullable Path imageFolder;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    if (most < 1) {
      throw new ParameterException(
          command.commandLine(), "--images: expected at least 1, got " + most);
    }
    OutputFiles.makeFolder(file);
    PrintWriter out = command.commandLine().getOut();
    pretrained.images("--image-folder", imageFolder);
    pretrained.only(opened -> draw(out, opened));
    out.flush();
  }

  private void draw(PrintWriter out, Pretrained.Opened opened) {
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
