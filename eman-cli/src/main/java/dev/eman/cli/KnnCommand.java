package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.eman.cli.data.ImagesOption;
import dev.eman.core.io.Printable;
import dev.eman.train.protocol.KnnProtocol;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Evaluates features by nearest neighbours. */
@Command(
    name = "knn",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Evaluates a network's features by an exact k-nearest-neighbour classifier: the k most"
          + " similar training images (cosine similarity) vote for a test image's class.",
      "Features are taken before the head. Balanced accuracy (mean recall of the classes) and"
          + " macro F1 are those of the weighted votes."
    })
public final class KnnCommand implements Runnable {
  @Mixin private Pretrained pretrained = new Pretrained();

  @Mixin private ImagesOption images = new ImagesOption();

  @Option(
      names = "--k",
      paramLabel = "N,N",
      split = ",",
      defaultValue = "20,200",
      description = "Numbers of neighbours that vote (default: ${DEFAULT-VALUE}).")
  private List<Integer> ks = List.of();

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0.07",
      description =
          "Temperature of weighted votes, exp(similarity / T) (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    KnnProtocol protocol;
    try {
      protocol = new KnnProtocol(ImmutableList.copyOf(ks), temperature);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    PrintWriter out = command.commandLine().getOut();
    Accuracies all = new Accuracies();
    pretrained.images(images.folder());
    pretrained.each(
        opened -> {
          int bank = opened.train().size();
          if (protocol.largestK() > bank) {
            Notes.print(command.commandLine().getErr(), List.of(fewer(protocol.largestK(), bank)));
          }
          print(out, opened, protocol.within(bank), all);
        });
    all.printMeans(out, "k");
  }

  private static String fewer(int k, int bank) {
    return String.format(
        Locale.ROOT, "%,d images vote, fewer than the %,d of --k; k is %,d", bank, k, bank);
  }

  private static void print(
      PrintWriter out, Pretrained.Opened opened, KnnProtocol protocol, Accuracies all) {
    KnnProtocol.Result result =
        protocol.evaluate(
            opened.extractor(),
            opened.classes(),
            () -> opened.images().inOrder(opened.train()),
            opened::testInOrder);
    out.printf(
        Locale.ROOT,
        "%s, %s: %,d features of %d from %s vote on %,d test images%n%n%6s %10s %10s %10s %10s%n",
        Printable.escape(opened.name()),
        opened.kind(),
        result.bankSize(),
        opened.width(),
        Printable.escape(opened.train().name()),
        result.images(),
        "k",
        "plain",
        "weighted",
        "balanced",
        "macro F1");
    for (KnnProtocol.Score score : result.scores()) {
      out.printf(
          Locale.ROOT,
          "%6d %9.2f%% %9.2f%% %9.2f%% %9.2f%%%n",
          score.k(),
          100 * score.plain(),
          100 * score.weighted(),
          100 * score.balancedAccuracy(),
          100 * score.macroF1());
      all.add(Integer.toString(score.k()), "plain", score.plain());
      all.add(Integer.toString(score.k()), "weighted", score.weighted());
      all.add(Integer.toString(score.k()), "balanced", score.balancedAccuracy());
      all.add(Integer.toString(score.k()), "macro F1", score.macroF1());
    }
    out.flush();
  }
}
