package dev.eman.cli.data;

import static java.util.Objects.requireNonNull;

import dev.eman.core.io.OutputFiles;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.augment.UnfitImageException;
import dev.eman.datasets.augment.ViewRandom;
import dev.eman.datasets.image.Image;
import dev.eman.train.options.DataOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws a contact sheet of images and their views. */
@Command(
    name = "preview",
    mixinStandardHelpOptions = true,
    description =
        "Draws a contact sheet of images: original, weak and strong views, with the"
            + " augmentations applied.")
final class DataPreview implements Runnable {
  private static final int COUNT = 8;
  private static final int MOST = 100;

  @Parameters(
      paramLabel = "NAME",
      description = "A data set's name, a folder of images, or a table.")
  private @Nullable DatasetProvider provider;

  @Mixin private DataOption data = new DataOption();

  @Mixin private ImagesOption tableImages = new ImagesOption();

  @Option(
      names = "--out",
      paramLabel = "FILE.png",
      required = true,
      description = "PNG file to write.")
  private Path file = Path.of("preview.png");

  @Option(
      names = "--weak",
      paramLabel = "PRESET",
      defaultValue = "fixmatch-weak",
      description = "Augmentation of the weak view (default: ${DEFAULT-VALUE}).")
  private AugmentationPreset weak = AugmentationPreset.FIXMATCH_WEAK;

  @Option(
      names = "--strong",
      paramLabel = "PRESET",
      defaultValue = "fixmatch-strong",
      description = "Augmentation of the strong views (default: ${DEFAULT-VALUE}).")
  private AugmentationPreset strong = AugmentationPreset.FIXMATCH_STRONG;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Number of images, at most " + MOST + " (default: " + COUNT + ").")
  private @Nullable Integer count;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Width and height of the views (default: the data set's usual size).")
  private @Nullable Integer size;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the chosen images and their views (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    DatasetProvider source = requireNonNull(provider);
    PngFiles.checkName(command, file);
    Integer formerly = tableImages.formerCount();
    int images = count != null ? count : formerly != null ? formerly : COUNT;
    if (images < 1
        || images > MOST
        || (size != null && (size < 1 || size > DataOptions.MOST_SIZE))) {
      throw new ParameterException(
          command.commandLine(),
          "expected --count from 1 to " + MOST + " and --size from 1 to " + DataOptions.MOST_SIZE);
    }
    Path folder = tableImages.folderOrNull();
    DataOptions.checkTable(folder, source);
    DataDirectories directories = data.directories().withImages(folder);
    int side = size == null ? source.imageSize() : size;
    Transform weakView = weak.create(side);
    Transform strongView = strong.create(side);
    ContactSheet sheet =
        new ContactSheet(
            List.of("original", weak.label(), strong.label(), strong.label() + ", again"));
    try (ImageDataset photos = source.open(part(source), directories)) {
      OutputFiles.makeFolder(file);
      ViewRandom choice = new ViewRandom();
      choice.seed(seed, 0, 0, 0);
      for (int i = 0; i < images; i++) {
        int index = choice.nextInt(photos.size());
        try {
          sheet.addRow(title(photos, index), views(photos, index, weakView, strongView));
        } catch (UnfitImageException e) { // Does not know which image it is.
          throw new DatasetException(photos.imageName(index) + ": " + e.getMessage(), e);
        }
      }
    }
    sheet.write(file);
    command.commandLine().getOut().println("written to " + file);
    command.commandLine().getOut().flush();
  }

  /** Photos in one folder have no labels, and are trained on without. */
  private static Part part(DatasetProvider source) {
    boolean unlabeled =
        source.parts().contains(Part.UNLABELED) && !source.parts().contains(Part.TRAIN);
    return unlabeled ? Part.UNLABELED : Part.TRAIN;
  }

  private static String title(ImageDataset data, int index) {
    int label = data.label(index);
    return (label < 0 ? "" : data.classNames().get(label) + "  ") + "#" + index;
  }

  private List<Image> views(ImageDataset data, int index, Transform weakView, Transform strongs) {
    List<Image> views = new ArrayList<>();
    Transform[] transforms = {Transform.IDENTITY, weakView, strongs, strongs};
    ViewRandom random = new ViewRandom();
    for (int v = 0; v < transforms.length; v++) {
      Image image = data.image(index);
      image.startTrace();
      random.seed(seed, 0, index, v);
      transforms[v].apply(image, random);
      views.add(image);
    }
    return views;
  }
}
