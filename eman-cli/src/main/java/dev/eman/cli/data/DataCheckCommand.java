package dev.eman.cli.data;

import static java.util.Objects.requireNonNull;

import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.check.CheckListener;
import dev.eman.datasets.check.CheckReport;
import dev.eman.datasets.check.DataCheck;
import dev.eman.datasets.split.LabelFile;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.RunSplit;
import dev.eman.train.options.DataOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks through a data set for what would make training go wrong. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Checks a data set before training: decodes all images; finds duplicates, also between the"
          + " training and the test set or with different labels; compares the classes of both,"
          + " their numbers of images, and the images' sizes.",
      "The exit code is 1 if training would go wrong, and 0 if there are at most warnings."
    })
final class DataCheckCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description = "A folder of images, a table of images, or a data set's name.")
  private @Nullable DatasetProvider provider;

  @Mixin private DataOption data = new DataOption();

  @Mixin private ImagesOption images = new ImagesOption();

  @Option(
      names = "--labels-file",
      paramLabel = "FILE",
      description =
          "Table or list of labelled images, as for eman train: of a flat folder, or of the"
              + " training images, with their labels.")
  private @Nullable Path labels;

  @Option(names = "--json", description = "Print one JSON object instead of text.")
  private boolean json;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write all findings to a CSV table: kind, part, image or class, detail.")
  private @Nullable Path csv;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that decode images (default: one per processor).")
  private @Nullable Integer threads;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec command = requireNonNull(spec);
    int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (count < 1) {
      throw new ParameterException(
          command.commandLine(), "--threads: expected at least 1, got " + count);
    }
    DatasetProvider named = requireNonNull(provider);
    DataOptions.checkTable(images.folder(), named);
    DataDirectories directories = data.directories().withImages(images.folder());
    DatasetProvider source = SplitOptions.labeled(named, labels, directories);
    Path file = source == named ? labels : null; // Else it is a part of the source.
    if (file != null) {
      checkFile(file, source);
    }
    if (csv != null) { // Before the work.
      OutputFiles.makeFolder(csv);
    }
    CheckReport report;
    try (Progress progress = new Progress()) {
      report =
          DataCheck.run(
              source, directories, count, train -> read(file, train, directories), progress);
    }
    PrintWriter out = command.commandLine().getOut();
    out.print(json ? CheckText.json(report) : CheckText.text(report));
    out.flush();
    if (csv != null) { // Last: if it cannot be written, the report is there all the same.
      AtomicFiles.saveString(csv, CheckText.csv(report));
    }
    return report.hasErrors() ? 1 : 0;
  }

  private static void checkFile(Path file, DatasetProvider source) {
    String name = Printable.escape(source.name());
    if (LabelFile.isSavedSplit(file)) { // May be of the images that a seed left to train on.
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--labels-file: expected a table or list of labelled images (.csv, .tsv, .txt), found"
                  + " %s, a saved split: %s says whether it is one of %s",
              file,
              CommandLines.eman("data", "info", source.name(), "--labels-file", file),
              name));
    }
    if (!source.parts().contains(Part.TRAIN)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--labels-file: expected training images in %s, which %s is about, or a table of"
                  + " images and labels, found images without labels; label them by such a table",
              name,
              file));
    }
  }

  /** As training does, whatever it holds out or draws then. */
  private static void read(@Nullable Path file, ImageDataset train, DataDirectories directories) {
    if (file != null) {
      Path found = RunSplit.find(file, directories);
      LabelFile.split(train, found, 0, 0, UnlabeledPool.ALL);
    }
  }

  /** A bar on a terminal. */
  private static final class Progress implements CheckListener, AutoCloseable {
    private final @Nullable ProgressBar bar =
        Terminal.isPresent()
            ? new ProgressBarBuilder()
                .setTaskName("decoding")
                .setInitialMax(0)
                .setUnit(" images", 1)
                .setStyle(ProgressBarStyle.ASCII)
                .build()
            : null;

    @Override
    public void decoded(int done, int all) {
      if (bar != null) {
        bar.maxHint(all);
        bar.step();
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
