package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.internal.FlatMath;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Exact classification by the nearest neighbours in a bank of labelled features, by cosine
 * similarity (Wu et al. 2018, arXiv 1805.01978, section 3.4). The queries stay in memory; the bank
 * goes by in blocks of any size, so it never has to be held whole. Of neighbours that are equally
 * near the earlier ones count.
 *
 * <p>Not safe for use by several threads; it uses several itself.
 */
public final class NearestNeighbors {
  private static final int QUERY_BLOCK = 512;
  private static final int BANK_BLOCK = 4096;
  private static final int CHUNK = 512; // Longer copies are slower; see FloatKernels.
  private static final int THREADS = Runtime.getRuntime().availableProcessors();
  private static final double EPSILON = 1e-12;

  private final INDArray queries;
  private final double[] queryNorms;
  private final int width;
  private final int nearest;
  private final Candidates[] found;
  private int[] labels = new int[BANK_BLOCK];
  private int bankSize;

  /**
   * A search.
   *
   * @param queries {@code [Q, D]}, float32, any length of rows; kept, not copied if in c order
   * @param nearest how many neighbours are kept for each query: the greatest k of interest
   * @throws IllegalArgumentException for other shapes, and for NaN or infinite numbers
   */
  public NearestNeighbors(INDArray queries, int nearest) {
    checkArgument(
        queries.rank() == 2 && queries.dataType() == DataType.FLOAT,
        "queries: expected [Q, D] of FLOAT, got %s of %s",
        Arrays.toString(queries.shape()),
        queries.dataType());
    checkArgument(nearest > 0, "nearest: expected at least 1, got %s", nearest);
    this.queries = inOrder(queries);
    this.queryNorms = norms(this.queries);
    this.width = (int) queries.size(1);
    this.nearest = nearest;
    this.found = new Candidates[(int) queries.size(0)];
    for (int i = 0; i < found.length; i++) {
      found[i] = new Candidates(nearest);
    }
  }

  /** In c order with adjacent elements; a copy only if it is not. */
  private static INDArray inOrder(INDArray matrix) {
    boolean is = matrix.stride(1) == 1 && matrix.stride(0) == matrix.size(1);
    return is && matrix.ordering() == 'c' ? matrix : matrix.dup('c');
  }

  private static double[] norms(INDArray matrix) {
    double[] norms = FlatMath.rowNorms(matrix);
    for (double norm : norms) {
      checkArgument(
          Double.isFinite(norm), "features: expected finite numbers, found NaN or infinite ones");
    }
    return norms;
  }

  /**
   * Looks at more of the bank.
   *
   * @param bank {@code [M, D]}, float32, any length of rows; read
   * @param bankLabels {@code [M]}, at least 0
   * @throws IllegalArgumentException for other shapes, and for NaN or infinite numbers; nothing was
   *     looked at then
   */
  public void add(INDArray bank, int[] bankLabels) {
    checkArgument(
        bank.rank() == 2 && bank.size(1) == width && bank.dataType() == DataType.FLOAT,
        "bank: expected [M, %s] of FLOAT, got %s of %s",
        width,
        Arrays.toString(bank.shape()),
        bank.dataType());
    int rows = bankLabels.length;
    checkArgument(
        rows == bank.size(0), "labels: expected [%s], got [%s]", bank.size(0), bankLabels.length);
    INDArray ordered = inOrder(bank);
    double[] norms = norms(ordered);
    if (bankSize + rows > labels.length) {
      labels = Arrays.copyOf(labels, Math.max(2 * labels.length, bankSize + rows));
    }
    System.arraycopy(bankLabels, 0, labels, bankSize, rows);
    for (int at = 0; at < rows; at += BANK_BLOCK) {
      int end = Math.min(rows, at + BANK_BLOCK);
      float[] scales = new float[end - at];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = (float) (1 / Math.max(norms[at + i], EPSILON));
      }
      addBlock(rows(ordered, at, end), scales, bankSize + at);
    }
    bankSize = Math.addExact(bankSize, rows);
  }

  /** Queries keep their length: it changes no order among one query's neighbours. */
  private void addBlock(INDArray block, float[] scales, int firstIndex) {
    int many = Math.min(found.length, QUERY_BLOCK);
    int bank = scales.length;
    // In f order: the similarities of one query lie side by side.
    INDArray products = products(bank, many);
    for (int at = 0; at < found.length; at += QUERY_BLOCK) {
      int count = Math.min(QUERY_BLOCK, found.length - at);
      INDArray into = count == many ? products : products(bank, count);
      Nd4j.gemm(
          block.transpose(), rows(queries, at, at + count).transpose(), into, true, false, 1, 0);
      try {
        look(host(into), scales, at, count, firstIndex);
      } finally {
        Reference.reachabilityFence(into); // The buffer does not keep its array.
      }
    }
  }

  /** Offers every query the similarities of a block, in threads that take turns. */
  private void look(FloatBuffer values, float[] scales, int first, int count, int firstIndex) {
    int bank = scales.length;
    IntStream.range(0, THREADS)
        .parallel()
        .forEach(
            thread -> {
              float[] chunk = new float[CHUNK];
              for (int i = thread; i < count; i += THREADS) {
                for (int from = 0; from < bank; from += CHUNK) {
                  int n = Math.min(CHUNK, bank - from);
                  values.get(i * bank + from, chunk, 0, n);
                  scale(chunk, scales, from, n);
                  found[first + i].add(chunk, n, firstIndex + from);
                }
              }
            });
  }

  private static void scale(float[] values, float[] scales, int from, int count) {
    for (int i = 0; i < count; i++) {
      values[i] *= scales[from + i];
    }
  }

  private static INDArray products(int bank, int queries) {
    return Nd4j.createUninitialized(DataType.FLOAT, new long[] {bank, queries}, 'f');
  }

  private static FloatBuffer host(INDArray values) {
    return Nd4j.getEnvironment().isCPU()
        ? values.data().asNioFloat()
        : FloatBuffer.wrap(values.data().asFloat());
  }

  /** How many features the bank had. */
  public long bankSize() {
    return bankSize;
  }

  /**
   * The neighbours' votes.
   *
   * @param k how many neighbours vote, at most as many as are kept; fewer where the bank is smaller
   * @param temperature T above 0: a vote weighs {@code exp(similarity / T)}; infinite for votes of
   *     equal weight
   * @param classes K, more than every label
   * @return {@code [Q, K]}, row by row, up to a factor of each row
   */
  public float[] votes(int k, double temperature, int classes) {
    checkK(k);
    checkArgument(temperature > 0, "temperature: expected above 0, got %s", temperature);
    for (int i = 0; i < bankSize; i++) {
      checkArgument(
          labels[i] >= 0 && labels[i] < classes,
          "label: expected 0 to %s, got %s",
          classes - 1,
          labels[i]);
    }
    float[] votes = new float[Math.multiplyExact(found.length, classes)];
    IntStream.range(0, found.length)
        .parallel()
        .forEach(
            query -> {
              double[] sums = new double[classes];
              double norm = Math.max(queryNorms[query], EPSILON);
              long[] best = found[query].best(k);
              for (long key : best) {
                // Against the nearest, so that nothing overflows and it never vanishes; a common
                // factor changes no order.
                double further = Candidates.similarity(best[0]) - Candidates.similarity(key);
                sums[labels[Candidates.index(key)]] += Math.exp(-further / norm / temperature);
              }
              for (int c = 0; c < classes; c++) {
                votes[query * classes + c] = (float) sums[c];
              }
            });
    return votes;
  }

  /** The labels of one query's neighbours, the nearest first. */
  public int[] neighborLabels(int query, int k) {
    checkK(k);
    return Arrays.stream(found[query].best(k))
        .mapToInt(key -> labels[Candidates.index(key)])
        .toArray();
  }

  private void checkK(int k) {
    checkArgument(k > 0 && k <= nearest, "k: expected 1 to %s, got %s", nearest, k);
  }

  /**
   * Measures the class with most votes.
   *
   * @param queryLabels {@code [Q]}, the truth
   */
  public Evaluation evaluate(int k, double temperature, int classes, int[] queryLabels) {
    checkArgument(
        queryLabels.length == found.length,
        "labels: expected [%s], got [%s]",
        found.length,
        queryLabels.length);
    float[] votes = votes(k, temperature, classes);
    Evaluation evaluation = new Evaluation(classes);
    for (int i = 0; i < queryLabels.length; i++) {
      evaluation.add(votes, i, queryLabels[i]);
    }
    return evaluation;
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }
}
