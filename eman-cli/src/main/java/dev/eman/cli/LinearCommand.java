package dev.eman.cli;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.cli.data.ImagesOption;
import dev.eman.core.eval.LinearLayer;
import dev.eman.core.io.Printable;
import dev.eman.core.nn.Backend;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.protocol.HeadProtocol;
import dev.eman.train.protocol.LinearProtocol;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
      "Without --augment, features are computed only once.",
      "With --algorithm, classifiers are also trained by FixMatch or its like, on features of weak"
          + " and strong views that are computed once, too.",
      "With --encoder and --save, the encoder and the classifier become one ONNX model, for predict"
          + " and serve."
    })
public final class LinearCommand implements Runnable {
  @Mixin private Pretrained pretrained = new Pretrained();

  @Mixin private ImagesOption images = new ImagesOption();

  @Option(
      names = "--labels",
      paramLabel = "AMOUNT",
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
      description =
          "Passes over the labelled images of the linear classifier, not of --algorithm (default:"
              + " ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "256",
      description = "Images per step of it (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "30",
      description =
          "Its initial learning rate; divided by 10 after 60%% and 80%% of the epochs (default:"
              + " ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--augment",
      paramLabel = "PRESET",
      description = "Augment training images at every step, and recompute their features.")
  private @Nullable AugmentationPreset augment;

  @Option(
      names = "--draws",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Number of draws of the labelled images, with seeds from --seed; prints the mean, too"
              + " (default: ${DEFAULT-VALUE}).")
  private int draws;

  @Mixin private HeadOptions heads = new HeadOptions();

  @Mixin private SavedHead saved = new SavedHead();

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
    HeadOptions.Chosen chosen;
    try {
      protocol.build(); // Reports mistakes before reading a network.
      chosen = heads.choose();
      checkArgument(draws >= 1, "--draws: expected at least 1, got %s", draws);
      saved.check(pretrained.isEncoder(), amounts.size(), draws, chosen.heads().size());
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
        opened -> {
          Backend.logOnce(); // Not amid the table.
          saved.begin(opened);
          Table table = new Table(out, opened, all, !chosen.isEmpty());
          HeadProtocol.Data data = chosen.isEmpty() ? null : chosen.features(opened);
          for (int draw = 0; draw < draws; draw++) {
            long seed = opened.options().seed() + draw;
            table.begin(seed);
            Trained last = evaluate(opened, protocol.seed(seed).build(), table);
            if (data != null) {
              last = train(opened, chosen, data, seed, table);
            }
            saved.write(command, opened, last);
          }
        });
    all.printMeans(out, draws > 1 ? "results" : "networks", "labels");
  }

  /** Returns the last amount's classifier. */
  private Trained evaluate(Pretrained.Opened opened, LinearProtocol protocol, Table table) {
    List<Trained> trained = new ArrayList<>();
    AugmentationPreset preset = augment;
    LinearProtocol.Images shown =
        new LinearProtocol.Images(
            opened.train(),
            opened::trainInOrder,
            preset == null
                ? null
                : (indices, size) -> opened.images().labeled(opened.train(), indices, size, preset),
            opened::testInOrder);
    protocol.evaluate(
        opened.extractor(),
        shown,
        (score, classifier) -> {
          trained.add(
              new Trained(
                  "linear",
                  labels(score.amount(), score.images(), protocol.seed()),
                  ImmutableMap.of(
                      "epochs",
                      Integer.toString(epochs),
                      "batch",
                      Integer.toString(batch),
                      "learning-rate",
                      Double.toString(learningRate)),
                  classifier));
          table.add(
              score.amount(),
              score.images(),
              "linear",
              score.top1(),
              score.top5(),
              score.balancedAccuracy(),
              score.macroF1());
        });
    return trained.get(trained.size() - 1);
  }

  private static String labels(LabelAmount amount, int images, long seed) {
    return String.format(Locale.ROOT, "%s, drawn by seed %d: %,d images", amount, seed, images);
  }

  /** Returns the last amount's classifier, of the last algorithm. */
  private Trained train(
      Pretrained.Opened opened,
      HeadOptions.Chosen chosen,
      HeadProtocol.Data data,
      long seed,
      Table table) {
    Trained last = null;
    for (LabelAmount amount : amounts) {
      ImmutableIntArray labeled = LabelSplit.draw(opened.train(), amount, seed).labeled();
      @Nullable LinearLayer classifier =
          chosen.train(
              data,
              labeled,
              seed,
              (name, found) ->
                  table.add(
                      amount,
                      labeled.length(),
                      name,
                      found.top1(),
                      found.top5(),
                      found.balancedAccuracy(),
                      found.macroF1()));
      last =
          new Trained(
              chosen.lastName(),
              labels(amount, labeled.length(), seed),
              chosen.lastOptions(),
              classifier);
    }
    return requireNonNull(last);
  }

  /**
   * A trained classifier.
   *
   * @param method that trained it
   * @param labels in words
   * @param options of the training
   */
  record Trained(
      String method,
      String labels,
      ImmutableMap<String, String> options,
      @Nullable LinearLayer classifier) {}

  /** The accuracies of one network. */
  private final class Table {
    private static final List<String> COLUMNS = List.of("top-1", "top-5", "balanced", "macro F1");

    private final PrintWriter out;
    private final Pretrained.Opened opened;
    private final Accuracies all;
    private final boolean named;
    private boolean begun;
    private long seed;

    /**
     * A table.
     *
     * @param named whether there are several classifiers, which need names
     */
    Table(PrintWriter out, Pretrained.Opened opened, Accuracies all, boolean named) {
      this.out = out;
      this.opened = opened;
      this.all = all;
      this.named = named;
    }

    /** Begins the rows of a draw. */
    void begin(long ofDraw) {
      seed = ofDraw;
      if (begun) {
        out.printf(Locale.ROOT, "seed %d%n", seed);
      }
    }

    void add(LabelAmount amount, int count, String classifier, double... accuracies) {
      if (!begun) { // Only now is the number of features known.
        begun = true;
        printHeading();
      }
      out.printf(
          Locale.ROOT,
          "%10s %,10d %7.2f%% %7.2f%% %8.2f%% %8.2f%%%s%n",
          amount,
          count,
          100 * accuracies[0],
          100 * accuracies[1],
          100 * accuracies[2],
          100 * accuracies[3],
          named ? "  " + classifier : "");
      out.flush();
      String row = named ? amount + " " + classifier : amount.toString();
      for (int i = 0; i < COLUMNS.size(); i++) {
        all.add(row, COLUMNS.get(i), accuracies[i]);
      }
    }

    private void printHeading() {
      out.printf(
          Locale.ROOT,
          "%s, %s: a linear classifier on %d features, %d epochs%n%n%10s %10s %8s %8s %9s %9s%s%n",
          Printable.escape(opened.name()),
          opened.kind(),
          opened.width(),
          epochs,
          "labels",
          "images",
          "top-1",
          "top-5",
          "balanced",
          "macro F1",
          named ? "  classifier" : "");
      if (draws > 1) {
        out.printf(Locale.ROOT, "seed %d%n", seed);
      }
    }
  }
}
