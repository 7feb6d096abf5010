package dev.eman.web.command;

import static java.util.Objects.requireNonNull;

import dev.eman.core.UsageException;
import dev.eman.core.io.Printable;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.select.SelectionStrategy;
import dev.eman.web.label.LabelPage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes labels in a browser. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    description = {
      "Shows in a browser which image of a folder to label next, and takes labels by key.",
      "Each label is written to a table at once, which train --dataset takes. Ctrl-C closes it;"
          + " the same command resumes."
    })
final class LabelCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PHOTOS", description = "A folder of images; those below it count too.")
  private Path photos = Path.of(".");

  @Option(
      names = "--table",
      paramLabel = "FILE",
      description = "The table of labels, .csv or .tsv (default: labels.csv in the folder).")
  private @Nullable Path table;

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "NAME",
      description = "Classes to choose from; more can be added on the page.")
  private List<String> classes = List.of();

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description =
          "A run whose features, and predictions if it classifies, decide which images come"
              + " next (default: shapes and colours, until a network is trained on the page).")
  private @Nullable Path run;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description =
          "How images are chosen: spread, k_center, or, once there is a network that classifies, by"
              + " its margin, entropy, or the disagreement of student and teacher (default: spread,"
              + " then margin).")
  private @Nullable SelectionStrategy strategy;

  @Option(
      names = "--runs",
      paramLabel = "DIR",
      description =
          "Folder for runs trained on the page (default: ${DEFAULT-VALUE}, or the same with -2, -3"
              + " and so on).",
      defaultValue = "runs/label")
  private Path runs = Path.of("runs", "label");

  @Option(
      names = "--train-with",
      paramLabel = "KEY=VALUE",
      description =
          "An option of train for runs trained on the page, such as steps=1000; repeatable.")
  private List<String> training = List.of();

  @Mixin private PageOptions options = new PageOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    OptionTexts texts = OptionTexts.ofPairs(training, "--train-with");
    for (String name : classes) {
      if (name.isBlank()) {
        throw new UsageException("--classes: expected names with commas between, got an empty one");
      }
    }
    LabelPage.Settings settings =
        new LabelPage.Settings(
            photos,
            table == null ? photos.resolve("labels.csv") : table,
            classes,
            run,
            runs,
            texts,
            strategy);
    out.println("reading " + Printable.escape(photos.toString()));
    out.flush();
    try (LabelPage page =
        LabelPage.open(
            settings, options.port(), note -> out.println(Printable.escapeLines(note)))) {
      out.println("label at " + page.address() + " (Ctrl-C ends; the same command resumes)");
      out.println("labels in " + Printable.escape(settings.table().toString()));
      out.flush();
      options.show(page.address());
      // A training in the background saves itself.
      Runtime.getRuntime().addShutdownHook(new Thread(page::close, "eman-label-close"));
      new CountDownLatch(1).await(); // Until Ctrl-C.
      return 0;
    }
  }
}
