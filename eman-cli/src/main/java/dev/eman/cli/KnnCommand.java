package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.KnnEvaluator;
import dev.eman.core.eval.NearestNeighbors;
import dev.eman.core.io.Printable;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Judges features by nearest neighbours. */
@Command(
    name = "knn",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Judges a network's features by nearest neighbours: every training image votes with its label"
          + " for the test images that it is near to, by cosine similarity. Exact.",
      "The features are those before the head."
    })
public final class KnnCommand implements Runnable {
  @Mixin private Pretrained pretrained = new Pretrained();

  @Option(
      names = "--k",
      paramLabel = "N,N",
      split = ",",
      defaultValue = "20,200",
      description = "How many neighbours vote (default: ${DEFAULT-VALUE}).")
  private List<Integer> ks = List.of();

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0.07",
      description =
          "Of weighted votes: a vote weighs exp(similarity / T) (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    if (ks.isEmpty() || Collections.min(ks) < 1 || !(temperature > 0)) {
      throw new ParameterException(
          command.commandLine(),
          "expected --k of at least 1 and --temperature above 0, got "
              + ks
              + " and "
              + temperature);
    }
    PrintWriter out = command.commandLine().getOut();
    Accuracies all = new Accuracies();
    pretrained.each(opened -> print(out, opened, all));
    all.printMeans(out, "k");
  }

  private void print(PrintWriter out, Pretrained.Opened opened, Accuracies all) {
    int most = Collections.max(ks);
    if (most > opened.train().size()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--k: expected at most the %,d images that vote, got %,d",
              opened.train().size(),
              most));
    }
    ImmutableList<Features> queries;
    try (BatchSource source = opened.testInOrder()) {
      queries = Features.of(source, List.of(opened.extractor()));
    }
    NearestNeighbors search;
    try (BatchSource bank = opened.images().inOrder(opened.train())) {
      search = KnnEvaluator.search(bank, List.of(opened.extractor()), queries, most).get(0);
    }
    out.printf(
        Locale.ROOT,
        "%s, %s: %,d features of %d from %s vote on %,d test images%n%n%6s %10s %10s%n",
        Printable.escape(opened.name()),
        opened.options().backbone(),
        search.bankSize(),
        opened.width(),
        Printable.escape(opened.train().name()),
        queries.get(0).labels().length(),
        "k",
        "plain",
        "weighted");
    int[] truth = queries.get(0).labels().toArray();
    for (int k : ks) {
      double plain = search.evaluate(k, Double.POSITIVE_INFINITY, opened.classes(), truth).top1();
      double weighted = search.evaluate(k, temperature, opened.classes(), truth).top1();
      out.printf(Locale.ROOT, "%6d %9.2f%% %9.2f%%%n", k, 100 * plain, 100 * weighted);
      all.add(Integer.toString(k), "plain", plain);
      all.add(Integer.toString(k), "weighted", weighted);
    }
    out.flush();
  }
}
