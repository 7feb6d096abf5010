package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
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
  private static final int QUERY_BLOCK = 256;
  private static final int BANK_BLOCK = 4096;
  private static final int CHUNK = 512; // Longer copies are slower; see FloatKernels.
  private static final int THREADS = Runtime.getRuntime().availableProcessors();
  private static final double EPSILON = 1e-12;

  private final INDArray queries;
  private final int width;
  private final int nearest;
  private final float[] similarities;
  private final int[] indices;
  private final int[] labels;
  private final int[] found;
  private long bankSize;

  /**
   * A search.
   *
   * @param queries {@code [Q, D]}, float32, any length of rows; copied
   * @param nearest how many neighbours are kept for each query: the greatest k of interest
   */
  public NearestNeighbors(INDArray queries, int nearest) {
    checkArgument(
        queries.rank() == 2 && queries.dataType() == DataType.FLOAT,
        "queries: expected [Q, D] of FLOAT, got %s of %s",
        Arrays.toString(queries.shape()),
        queries.dataType());
    checkArgument(nearest > 0, "nearest: expected at least 1, got %s", nearest);
    this.queries = directions(queries);
    this.width = (int) queries.size(1);
    this.nearest = nearest;
    int rows = (int) queries.size(0);
    checkArgument(
        (long) rows * nearest <= Integer.MAX_VALUE - 8,
        "queries: expected fewer than %s of %s neighbours each, got %s",
        Integer.MAX_VALUE / nearest,
        nearest,
        rows);
    this.similarities = new float[rows * nearest];
    this.indices = new int[rows * nearest];
    this.labels = new int[rows * nearest];
    this.found = new int[rows];
  }

  /** Rows of length 1; a copy in c order. */
  private static INDArray directions(INDArray features) {
    INDArray copy = features.dup('c');
    for (long at = 0; at < copy.size(0); at += BANK_BLOCK) {
      INDArray rows = rows(copy, at, Math.min(copy.size(0), at + BANK_BLOCK));
      INDArray norms = rows.norm2(true, 1);
      checkArgument(
          Double.isFinite(norms.sumNumber().doubleValue()),
          "features: expected finite numbers, found NaN or infinite ones");
      rows.diviColumnVector(norms.addi(EPSILON));
    }
    return copy;
  }

  /**
   * Looks at more of the bank.
   *
   * @param bank {@code [M, D]}, float32, any length of rows; read
   * @param bankLabels {@code [M]}, at least 0
   */
  public void add(INDArray bank, int[] bankLabels) {
    checkArgument(
        bank.rank() == 2 && bank.size(1) == width && bank.dataType() == DataType.FLOAT,
        "bank: expected [M, %s] of FLOAT, got %s of %s",
        width,
        Arrays.toString(bank.shape()),
        bank.dataType());
    checkArgument(
        bankLabels.length == bank.size(0),
        "labels: expected [%s], got [%s]",
        bank.size(0),
        bankLabels.length);
    for (int at = 0; at < bankLabels.length; at += BANK_BLOCK) {
      int end = Math.min(bankLabels.length, at + BANK_BLOCK);
      INDArray block = directions(rows(bank, at, end));
      addBlock(block, Arrays.copyOfRange(bankLabels, at, end));
      bankSize += end - at;
    }
  }

  private void addBlock(INDArray block, int[] blockLabels) {
    int many = Math.min(found.length, QUERY_BLOCK);
    int bank = blockLabels.length;
    // In f order: the similarities of one query lie side by side.
    INDArray products = products(bank, many);
    for (int at = 0; at < found.length; at += QUERY_BLOCK) {
      int first = at;
      int count = Math.min(QUERY_BLOCK, found.length - at);
      INDArray into = count == many ? products : products(bank, count);
      Nd4j.gemm(
          block.transpose(), rows(queries, at, at + count).transpose(), into, true, false, 1, 0);
      FloatBuffer values = host(into);
      IntStream.range(0, THREADS)
          .parallel()
          .forEach(
              thread -> {
                float[] chunk = new float[CHUNK];
                for (int i = thread; i < count; i += THREADS) {
                  for (int from = 0; from < bank; from += CHUNK) {
                    int n = Math.min(CHUNK, bank - from);
                    values.get(i * bank + from, chunk, 0, n);
                    merge(first + i, chunk, n, blockLabels, from);
                  }
                }
              });
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

  /** Puts what is nearer than the furthest of the neighbours so far in its place. */
  private void merge(int query, float[] values, int count, int[] blockLabels, int from) {
    int base = query * nearest;
    int have = found[query];
    int j = 0;
    for (; j < count && have < nearest; j++) {
      set(base + have, values[j], Math.toIntExact(bankSize + from + j), blockLabels[from + j]);
      have++;
      if (have == nearest) {
        for (int k = nearest / 2 - 1; k >= 0; k--) {
          sink(base, k);
        }
      }
    }
    found[query] = have;
    if (have < nearest) {
      return;
    }
    float furthest = similarities[base];
    for (; j < count; j++) {
      if (values[j] > furthest) { // An equal one comes later in the bank, and does not count.
        set(base, values[j], Math.toIntExact(bankSize + from + j), blockLabels[from + j]);
        sink(base, 0);
        furthest = similarities[base];
      }
    }
  }

  private void set(int at, float similarity, int index, int label) {
    similarities[at] = similarity;
    indices[at] = index;
    labels[at] = label;
  }

  /** Restores the heap's order, whose root is the furthest. */
  private void sink(int base, int from) {
    float similarity = similarities[base + from];
    int index = indices[base + from];
    int label = labels[base + from];
    int at = base + from;
    for (int child = 2 * from + 1; child < nearest; child = 2 * (at - base) + 1) {
      int lower = base + child;
      if (child + 1 < nearest && further(similarities[lower + 1], indices[lower + 1], lower)) {
        lower++;
      }
      if (!further(similarities[lower], indices[lower], similarity, index)) {
        break;
      }
      set(at, similarities[lower], indices[lower], labels[lower]);
      at = lower;
    }
    set(at, similarity, index, label);
  }

  private boolean further(float similarity, int index, int than) {
    return further(similarity, index, similarities[than], indices[than]);
  }

  private static boolean further(float similarity, int index, float than, int thanIndex) {
    return similarity < than || (similarity == than && index > thanIndex);
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
   * @return {@code [Q, K]}, row by row
   */
  public float[] votes(int k, double temperature, int classes) {
    checkArgument(k > 0 && k <= nearest, "k: expected 1 to %s, got %s", nearest, k);
    checkArgument(temperature > 0, "temperature: expected above 0, got %s", temperature);
    float[] votes = new float[Math.multiplyExact(found.length, classes)];
    IntStream.range(0, found.length)
        .parallel()
        .forEach(
            query -> {
              double[] sums = new double[classes];
              for (int at : ordered(query, k)) {
                checkArgument(
                    labels[at] >= 0 && labels[at] < classes,
                    "label: expected 0 to %s, got %s",
                    classes - 1,
                    labels[at]);
                // Below 1, so that nothing overflows; a common factor changes no order.
                sums[labels[at]] += Math.exp((similarities[at] - 1) / temperature);
              }
              for (int c = 0; c < classes; c++) {
                votes[query * classes + c] = (float) sums[c];
              }
            });
    return votes;
  }

  /** The labels of one query's neighbours, the nearest first. */
  public int[] neighborLabels(int query, int k) {
    return ordered(query, k).stream().mapToInt(at -> labels[at]).toArray();
  }

  private List<Integer> ordered(int query, int k) {
    int base = query * nearest;
    return IntStream.range(base, base + found[query])
        .boxed()
        .sorted(
            (a, b) -> {
              int order = Float.compare(similarities[b], similarities[a]);
              return order != 0 ? order : Integer.compare(indices[a], indices[b]);
            })
        .limit(k)
        .toList();
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
