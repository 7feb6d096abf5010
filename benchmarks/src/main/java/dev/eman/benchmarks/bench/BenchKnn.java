package dev.eman.benchmarks.bench;

import static java.util.Objects.requireNonNull;

import dev.eman.core.eval.NearestNeighbors;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares the time of a neighbour search and of its matrix product. */
@Command(
    name = "knn",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the time of an exact nearest-neighbour search and of the bare product of"
          + " queries and bank.",
      "Both alternate round by round in one process. Prints medians."
    })
public final class BenchKnn implements Callable<Integer> {
  @Option(
      names = "--queries",
      defaultValue = "2048",
      description = "Queries (default: ${DEFAULT-VALUE}).")
  private int queries;

  @Option(
      names = "--bank",
      defaultValue = "20480",
      description = "Features in the bank (default: ${DEFAULT-VALUE}).")
  private int bank;

  @Option(
      names = "--width",
      defaultValue = "2048",
      description = "Width of a feature (default: ${DEFAULT-VALUE}).")
  private int width;

  @Option(
      names = "--k",
      defaultValue = "200",
      description = "Neighbours (default: ${DEFAULT-VALUE}).")
  private int k;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "Rounds (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    INDArray q = Nd4j.randn(DataType.FLOAT, queries, width);
    INDArray b = Nd4j.randn(DataType.FLOAT, bank, width);
    int[] labels = new int[bank];
    INDArray product = Nd4j.createUninitialized(DataType.FLOAT, new long[] {bank, queries}, 'f');
    List<Double> search = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    for (int round = -1; round < rounds; round++) { // The first round is a warm-up.
      NearestNeighbors neighbors = new NearestNeighbors(q, k);
      long start = System.nanoTime();
      neighbors.add(b, labels);
      long between = System.nanoTime();
      Nd4j.gemm(b.transpose(), q.transpose(), product, true, false, 1, 0);
      long end = System.nanoTime();
      if (round >= 0) {
        search.add((between - start) / 1e6);
        bare.add((end - between) / 1e6);
      }
    }
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%,d queries, %,d features of %d, k %d: search %.1f ms, bare product %.1f ms: %.2f%n",
        queries,
        bank,
        width,
        k,
        median(search),
        median(bare),
        median(search) / median(bare));
    out.flush();
    return 0;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
