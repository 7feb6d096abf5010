package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import dev.eman.core.internal.FlatMath;
import dev.eman.core.internal.RowProducts;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Exact classification by the nearest neighbours in a bank of labelled features, by cosine
 * similarity (Wu et al. 2018, arXiv 1805.01978, section 3.4). The queries stay in memory; the bank
 * is streamed in blocks of any size, so that all of it is never held at once. Of neighbours that
 * are equally near the earlier ones count; copies of one feature always are.
 *
 * <p>Which neighbours are found, in which order, and their votes depend on the features alone, not
 * on blocks or threads: candidates come from a product of matrices, whose last bits depend on an
 * element's place, but the similarity that counts is summed in one order ({@link RowProducts}).
 *
 * <p>Not safe for use by several threads; it uses several itself.
 */
public final class NearestNeighbors {
  private static final int QUERY_BLOCK = 1024;
  private static final int BANK_BLOCK = 4096;
  private static final int CHUNK = 512; // Longer copies are slower; see FloatKernels.
  private static final int GROUP = 1024; // Most queries whose similarities are settled together.
  private static final int THREADS = Runtime.getRuntime().availableProcessors();
  private static final double EPSILON = 1e-12;

  /** Products of longer rows could leave float32's range. */
  static final double LONGEST = 1e18;

  private final INDArray queries;
  private final double[] queryNorms;
  private final int width;
  private final int nearest;
  private final Candidates[] found;
  private @Nullable INDArray products;
  private int[] labels = new int[BANK_BLOCK];
  private int bankSize;

  /**
   * A search.
   *
   * @param queries {@code [Q, D]}, float32, any length of rows; kept, not copied if in c order and
   *     not later rows of another array
   * @param nearest number of neighbours kept for each query: the greatest k of interest
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
      found[i] = new Candidates(nearest, error(queryNorms[i]));
    }
  }

  /** Greatest error of a similarity: both products, three roundings each, and underflow. */
  private double error(double queryNorm) {
    return queryNorm * 2 * (RowProducts.largestError(width) + 0x1p-22)
        + 2.0 * width * Float.MIN_VALUE / EPSILON;
  }

  /** In c order with adjacent elements; a copy only if it is not, or rows of it are not found. */
  private static INDArray inOrder(INDArray matrix) {
    boolean is = matrix.stride(1) == 1 && matrix.stride(0) == matrix.size(1);
    boolean whole = matrix.offset() == 0; // ND4J takes later rows of later rows for empty ones.
    return is && whole && matrix.ordering() == 'c' ? matrix : matrix.dup('c');
  }

  private static double[] norms(INDArray matrix) {
    double[] norms = FlatMath.rowNorms(matrix);
    for (double norm : norms) {
      checkArgument(
          Double.isFinite(norm), "features: expected finite numbers, found NaN or infinite ones");
      checkArgument(
          norm < LONGEST, "features: expected rows shorter than %s, got %s", LONGEST, norm);
    }
    return norms;
  }

  /**
   * Searches another part of the bank.
   *
   * @param bank {@code [M, D]}, float32, any length of rows; read
   * @param bankLabels {@code [M]}, at least 0
   * @throws IllegalArgumentException for other shapes, and for NaN or infinite numbers; none of the
   *     rows is searched then
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
    float[] scales = new float[rows];
    for (int i = 0; i < rows; i++) {
      scales[i] = (float) (1 / Math.max(norms[i], EPSILON));
    }
    Block block = new Block(new RowProducts(queries, ordered), scales, bankSize);
    for (int at = 0; at < rows; at += BANK_BLOCK) {
      addBlock(ordered, at, Math.min(rows, at + BANK_BLOCK), block);
    }
    settle(block);
    bankSize = Math.addExact(bankSize, rows);
  }

  /** The rows of one call of {@link #add}. */
  private static final class Block {
    /** Of queries and its rows. */
    final RowProducts products;

    /** They give its rows the length 1. */
    final float[] scales;

    /** Of its first row in the bank. */
    final int firstIndex;

    Block(RowProducts products, float[] scales, int firstIndex) {
      this.products = products;
      this.scales = scales;
      this.firstIndex = firstIndex;
    }
  }

  /** Queries keep their length: it changes no order among one query's neighbours. */
  private void addBlock(INDArray bank, int from, int to, Block block) {
    INDArray rows = rows(bank, from, to).transpose();
    float[][] scales = new float[(to - from + CHUNK - 1) / CHUNK][];
    for (int i = 0; i < scales.length; i++) {
      int first = from + i * CHUNK;
      scales[i] = Arrays.copyOfRange(block.scales, first, Math.min(to, first + CHUNK));
    }
    int blocks = (found.length + QUERY_BLOCK - 1) / QUERY_BLOCK;
    int count = (found.length + blocks - 1) / blocks;
    INDArray into = products(to - from, count);
    for (int at = 0; at < found.length; at += count) {
      int first = Math.min(at, found.length - count); // As long as the others: one buffer for all.
      INDArray these = rows(queries, first, first + count);
      Nd4j.gemm(rows, these.transpose(), into, true, false, 1, 0);
      try {
        look(host(into), scales, first, at - first, count, from, block);
      } finally {
        Reference.reachabilityFence(into); // The buffer does not keep its array.
      }
    }
  }

  /**
   * Offers queries the similarities of a part of a block, in threads that take turns.
   *
   * @param first the query whose similarities stand first
   * @param seen number of queries that have had them already
   * @param from the part's first row in the block
   */
  private void look(
      FloatBuffer values, float[][] scales, int first, int seen, int count, int from, Block block) {
    int rows = values.limit() / count;
    IntStream.range(0, THREADS)
        .parallel()
        .forEach(
            thread -> {
              float[] chunk = new float[CHUNK];
              for (int i = seen + thread; i < count; i += THREADS) {
                for (int c = 0; c < scales.length; c++) {
                  int n = scales[c].length;
                  values.get(i * rows + c * CHUNK, chunk, 0, n);
                  scale(chunk, scales[c]);
                  offer(chunk, n, first + i, from + c * CHUNK, block);
                }
              }
            });
  }

  /** One index for both: the JVM makes no vectors of a loop with an offset. */
  private static void scale(float[] values, float[] scales) {
    for (int i = 0; i < scales.length; i++) {
      values[i] *= scales[i];
    }
  }

  private void offer(float[] similarities, int count, int query, int row, Block block) {
    int index = block.firstIndex + row;
    int seen = found[query].add(similarities, 0, count, index);
    while (seen < count) { // Too many nearly equal neighbours for the room there is.
      settle(query, query + 1, block);
      seen = found[query].add(similarities, seen, count, index);
    }
  }

  /** Settles the similarities of all that a block added. */
  private void settle(Block block) {
    int size = Math.min(GROUP, (found.length + THREADS - 1) / THREADS);
    IntStream.range(0, (found.length + size - 1) / size)
        .parallel()
        .forEach(group -> settle(group * size, Math.min(found.length, (group + 1) * size), block));
  }

  private void settle(int from, int to, Block block) {
    RowProducts.Pairs pairs = new RowProducts.Pairs();
    for (int i = from; i < to; i++) {
      found[i].unsettled(i - from, block.firstIndex, pairs);
    }
    block.products.compute(from, to - from, pairs);
    int position = 0;
    for (int i = from; i < to; i++) {
      position = found[i].settle(block.firstIndex, pairs, position, block.scales);
    }
  }

  /**
   * Room for similarities, in f order: those of one query lie side by side. Kept for the next
   * block, since fresh memory costs more than what is written to it.
   */
  private INDArray products(int rows, int count) {
    if (products == null || products.size(0) != rows || products.size(1) != count) {
      products = Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, count}, 'f');
    }
    return products;
  }

  private static FloatBuffer host(INDArray values) {
    return Nd4j.getEnvironment().isCPU()
        ? values.data().asNioFloat()
        : FloatBuffer.wrap(values.data().asFloat());
  }

  /** Number of features in the bank so far. */
  public long bankSize() {
    return bankSize;
  }

  /**
   * The neighbours' votes.
   *
   * @param k number of neighbours that vote, at most those kept; fewer where the bank is smaller
   * @param temperature T above 0: a vote weighs {@code exp(similarity / T)}; infinite for votes of
   *     equal weight
   * @param classes K, more than every label
   * @return {@code [Q, K]}, row by row, up to a factor of each row
   * @throws IllegalStateException if the bank is empty
   */
  public float[] votes(int k, double temperature, int classes) {
    checkK(k);
    checkState(bankSize > 0, "bank: expected features before votes, found none");
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
                sums[labels[Candidates.index(key)]] +=
                    voteWeight(
                        Candidates.similarity(key) / norm,
                        Candidates.similarity(best[0]) / norm,
                        temperature);
              }
              for (int c = 0; c < classes; c++) {
                votes[query * classes + c] = (float) sums[c];
              }
            });
    return votes;
  }

  /**
   * A neighbour of a query.
   *
   * @param index in the bank, counted over all its parts from 0
   * @param similarity cosine, -1 to 1 up to rounding; the same bits wherever the two features stand
   */
  public record Neighbor(int index, double similarity) {}

  /** One query's k nearest neighbours, the nearest first; fewer where the bank is smaller. */
  public ImmutableList<Neighbor> neighbors(int query, int k) {
    checkK(k);
    double norm = Math.max(queryNorms[query], EPSILON);
    return Arrays.stream(found[query].best(k))
        .mapToObj(key -> new Neighbor(Candidates.index(key), Candidates.similarity(key) / norm))
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * What a neighbour's vote weighs against the nearest's: {@code exp((similarity - nearest) / T)},
   * so that nothing overflows and the nearest's never vanishes; a common factor changes no order.
   *
   * @param temperature T above 0; infinite for votes of equal weight
   */
  public static double voteWeight(double similarity, double nearest, double temperature) {
    return Math.exp((similarity - nearest) / temperature);
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
   * Evaluates the classes with most votes.
   *
   * @param queryLabels {@code [Q]}, the truth
   * @throws IllegalStateException if the bank is empty
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
      evaluation.addVotes(votes, i, queryLabels[i]);
    }
    return evaluation;
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }
}
