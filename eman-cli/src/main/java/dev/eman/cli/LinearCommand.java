package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import dev.eman.cli.data.ImagesOption;
import dev.eman.core.io.Printable;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.protocol.LinearProtocol;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Evaluates features by a linear classifier. */
@Command(
    name = "linear",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Evaluates a network's features by a linear classifier: the network is frozen, in"
          + " inference mode; the classifier is trained by SGD with momentum 0.9 and no weight"
          + " decay.",
      "Without --augment, features are computed only once."
    })
public final class LinearCommand implements Runnable {
  @Mixin private Pretrained pretrained = new Pretrained();

  @Mixin private ImagesOption images = new ImagesOption();

  @Option(
      names = "--labels",
      paramLabel = "AMOUNT,...",
      split = ",",
      defaultValue = "1%,10%,100%",
      description =
          "Amounts of labelled images, each a fraction or N/class (default:"
              + " ${DEFAULT-VALUE}).")
  private List<LabelAmount> amounts = List.of();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "100",
      description = "Passes over the labelled images (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "256",
      description = "Images per step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "30",
      description =
          "Initial learning rate; divided by 10 after 60%% and 80%% of the epochs (default:"
              + " ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--augment",
      paramLabel = "PRESET",
      description = "Augment training images at every step, and recompute their features.")
  private @Nullable AugmentationPreset augment;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    LinearProtocol.Builder protocol =
        LinearProtocol.builder()
            .amounts(amounts)
            .epochs(epochs)
            .batchSize(batch)
            .learningRate(learningRate);
    try {
      protocol.build(); // Reports mistakes before reading a network.
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    if (augment != null && pretrained.isEncoder()) {
      throw new ParameterException(
          command.commandLine(),
          "--augment: expected without --encoder, whose features are computed once; omit one of"
              + " them");
    }
    PrintWriter out = command.commandLine().getOut();
    Accuracies all = new Accuracies();
    pretrained.images(images.folder());
    pretrained.each(
        opened -> print(out, opened, protocol.seed(opened.options().seed()).build(), all));
    all.printMeans(out, "labels");
  }

  private void print(
      PrintWriter out, Pretrained.Opened opened, LinearProtocol protocol, Accuracies all) {
    AugmentationPreset preset = augment;
    LinearProtocol.Images images =
        new LinearProtocol.Images(
            opened.train(),
            opened::trainInOrder,
            preset == null
                ? null
                : (indices, size) -> opened.images().labeled(opened.train(), indices, size, preset),
            opened::testInOrder);
    AtomicBoolean begun = new AtomicBoolean();
    protocol.evaluate(
        opened.extractor(),
        images,
        score -> {
          if (!begun.getAndSet(true)) {
            printHeading(out, opened);
          }
          out.printf(
              Locale.ROOT,
              "%10s %,10d %7.2f%% %7.2f%% %8.2f%% %8.2f%%%n",
              score.amount(),
              score.images(),
              100 * score.top1(),
              100 * score.top5(),
              100 * score.balancedAccuracy(),
              100 * score.macroF1());
          out.flush();
          all.add(score.amount().toString(), "top-1", score.top1());
          all.add(score.amount().toString(), "top-5", score.top5());
          all.add(score.amount().toString(), "balanced", score.balancedAccuracy());
          all.add(score.amount().toString(), "macro F1", score.macroF1());
        });
  }

  private void printHeading(PrintWriter out, Pretrained.Opened opened) {
    out.printf(
        Locale.ROOT,
        "%s, %s: a linear classifier on %d features, %d epochs%n%n%10s %10s %8s %8s %9s %9s%n",
        Printable.escape(opened.name()),
        opened.kind(),
        opened.width(),
        epochs,
        "labels",
        "images",
        "top-1",
        "top-5",
        "balanced",
        "macro F1");
  }
}
