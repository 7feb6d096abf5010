package dev.eman.core.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.blas.Blas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class NearestNeighborsTest {
  private static final int CLASSES = 4;

  /** Small whole coordinates, so that many neighbours are equally near. */
  private static float[][] points(int count, int width, Random random) {
    float[][] points = new float[count][width];
    for (float[] point : points) {
      for (int k = 0; k < width; k++) {
        point[k] = random.nextInt(5) - 2;
      }
      point[random.nextInt(width)] += 3;
    }
    return points;
  }

  /** All similarities, sorted; of equal ones the earlier first. */
  private static int[] naive(float[] query, float[][] bank, int[] labels, int k) {
    return IntStream.range(0, bank.length)
        .boxed()
        .sorted(
            (a, b) -> {
              int order = Double.compare(cosine(query, bank[b]), cosine(query, bank[a]));
              return order != 0 ? order : Integer.compare(a, b);
            })
        .limit(k)
        .mapToInt(i -> labels[i])
        .toArray();
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return (float) (dot / Math.sqrt(aa) / Math.sqrt(bb));
  }

  /** Later rows of larger arrays, of more rows than a block. */
  @Test
  void search_laterRows_equalsThatOfCopies() {
    INDArray q = laterRows(Nd4j.rand(DataType.FLOAT, 1_700, 2), 600);
    INDArray b = laterRows(Nd4j.rand(DataType.FLOAT, 4_400, 2), 200);
    int[] labels = IntStream.range(0, 4_200).map(i -> i % CLASSES).toArray();
    NearestNeighbors found = new NearestNeighbors(q, 2);
    found.add(b, labels);
    NearestNeighbors expected = new NearestNeighbors(q.dup(), 2);
    expected.add(b.dup(), labels);
    for (int i = 0; i < 1_100; i++) {
      assertEquals(expected.neighbors(i, 2), found.neighbors(i, 2));
    }
  }

  private static INDArray laterRows(INDArray all, long from) {
    return all.get(NDArrayIndex.interval(from, all.size(0)), NDArrayIndex.all());
  }

  @Property(tries = 40)
  void search_anyBlocks_equalsNaive(
      @ForAll @IntRange(min = 1, max = 700) int queries,
      @ForAll @IntRange(min = 1, max = 900) int bank,
      @ForAll @IntRange(min = 1, max = 25) int k,
      @ForAll @IntRange(min = 1, max = 900) int block,
      @ForAll long seed) {
    Random random = new Random(seed);
    // Well apart, so that rounding decides nothing.
    float[][] q = points(queries, 2, random);
    float[][] b = points(bank, 2, random);
    int[] labels = random.ints(bank, 0, CLASSES).toArray();
    NearestNeighbors search = search(q, b, labels, k, block);
    assertEquals(bank, search.bankSize());
    float[] votes = search.votes(k, Double.POSITIVE_INFINITY, CLASSES);
    for (int i = 0; i < queries; i++) {
      double[] similar = new double[bank];
      for (int j = 0; j < bank; j++) {
        similar[j] = cosine(q[i], b[j]);
      }
      Arrays.sort(similar);
      int count = Math.min(k, bank);
      assertEquals(count, search.neighborLabels(i, k).length);
      double sum = 0;
      for (int c = 0; c < CLASSES; c++) {
        sum += votes[i * CLASSES + c];
      }
      assertEquals(count, sum, 1e-3);
      if (count == bank || similar[bank - count] - similar[bank - count - 1] > 1e-5) {
        int[] expected = naive(q[i], b, labels, k);
        int[] found = search.neighborLabels(i, k);
        Arrays.sort(expected);
        Arrays.sort(found);
        assertArrayEquals(expected, found);
      }
    }
  }

  @Test
  void neighborLabels_equalNeighbors_theEarlierOnesCount() {
    float[][] bank = new float[40][];
    int[] labels = new int[40];
    for (int i = 0; i < 40; i++) {
      bank[i] = new float[] {1, 0};
      labels[i] = i;
    }
    NearestNeighbors search = new NearestNeighbors(Nd4j.createFromArray(new float[][] {{2, 0}}), 5);
    search.add(Nd4j.createFromArray(bank), labels);
    assertArrayEquals(new int[] {0, 1, 2, 3, 4}, search.neighborLabels(0, 5));
  }

  @Test
  void evaluate_classesWithoutAVote_areNotAmongTheFive() {
    NearestNeighbors search = new NearestNeighbors(Nd4j.ones(2, 2), 3);
    search.add(Nd4j.ones(3, 2), new int[] {9, 9, 7});
    Evaluation found = search.evaluate(3, Double.POSITIVE_INFINITY, 10, new int[] {7, 2});
    assertEquals(0, found.top1());
    assertEquals(0.5, found.top5(), "class 7 has a vote, class 2 has none");
  }

  /** Copies of a few features in any order, so that a query has many equally near neighbours. */
  @Property(tries = 60, seed = "1")
  void search_copiesOfFeatures_theEarlierOnesCount(
      @ForAll @IntRange(min = 1, max = 40) int queries,
      @ForAll @IntRange(min = 1, max = 6) int distinct,
      @ForAll @IntRange(min = 1, max = 1500) int bank,
      @ForAll @IntRange(min = 3, max = 150) int width, // So that no two point the same way.
      @ForAll @IntRange(min = 1, max = 60) int k,
      @ForAll @IntRange(min = 1, max = 1500) int block,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[][] features = gaussian(distinct, width, random);
    int[] copied = random.ints(bank, 0, distinct).toArray();
    float[][] b = Arrays.stream(copied).mapToObj(i -> features[i]).toArray(float[][]::new);
    float[][] q = gaussian(queries, width, random);
    int[] numbers = IntStream.range(0, bank).toArray();
    NearestNeighbors search = search(q, b, numbers, k, block);
    NearestNeighbors voters =
        search(q, b, IntStream.of(numbers).map(i -> i % CLASSES).toArray(), k, block);
    float[] votes = voters.votes(k, Double.POSITIVE_INFINITY, CLASSES);
    for (int i = 0; i < queries; i++) {
      int[] found = search.neighborLabels(i, k);
      int[] order = IntStream.of(found).map(n -> copied[n]).distinct().toArray();
      int[] expected = new int[found.length];
      float[] expectedVotes = new float[CLASSES];
      int filled = 0;
      for (int feature : order) { // Which feature is nearer is another test's subject.
        for (int n = 0; n < bank && filled < expected.length; n++) {
          if (copied[n] == feature) {
            expected[filled++] = n;
            expectedVotes[n % CLASSES]++;
          }
        }
      }
      assertArrayEquals(expected, found);
      assertArrayEquals(
          expectedVotes, Arrays.copyOfRange(votes, i * CLASSES, (i + 1) * CLASSES), 0f);
    }
  }

  /** Features so close to one another that rounding would decide. */
  @Property(tries = 40)
  void search_closeFeatures_dependsOnNeitherBlocksNorThreads(
      @ForAll @IntRange(min = 1, max = 60) int queries,
      @ForAll @IntRange(min = 2, max = 2500) int bank,
      @ForAll @IntRange(min = 1, max = 600) int width,
      @ForAll @IntRange(min = 1, max = 60) int k,
      @ForAll @IntRange(min = 1, max = 2500) int block,
      @ForAll @IntRange(min = 0, max = 7) int digits,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[][] b = gaussian(bank, width, random);
    for (float[] row : b) { // From far apart to nearly equal.
      for (int j = 0; j < width; j++) {
        row[j] = (float) (b[0][j] + row[j] * Math.pow(10, -digits));
      }
    }
    float[][] q = gaussian(queries, width, random);
    int[] numbers = IntStream.range(0, bank).toArray();
    NearestNeighbors atOnce = search(q, b, numbers, k, bank);
    float[] votes = atOnce.votes(k, 0.07, bank);
    Blas blas = Nd4j.factory().blas();
    int threads = blas.getMaxThreads();
    blas.setMaxThreads(1);
    try {
      NearestNeighbors inBlocks = search(q, b, numbers, k, block);
      assertArrayEquals(votes, inBlocks.votes(k, 0.07, bank), 0f);
      int one = random.nextInt(queries);
      NearestNeighbors alone = search(new float[][] {q[one]}, b, numbers, k, block);
      for (int i = 0; i < queries; i++) {
        assertArrayEquals(atOnce.neighborLabels(i, k), inBlocks.neighborLabels(i, k));
      }
      assertArrayEquals(atOnce.neighborLabels(one, k), alone.neighborLabels(0, k));
    } finally {
      blas.setMaxThreads(threads);
    }
  }

  /** Longer than the search's own blocks, and no multiple of them. */
  @Test
  void search_manyQueriesAndLongBank_equalsSearchInParts() {
    Random random = new Random(5);
    float[][] q = gaussian(1031, 6, random);
    float[][] b = gaussian(4200, 6, random);
    int[] numbers = IntStream.range(0, b.length).toArray();
    NearestNeighbors whole = search(q, b, numbers, 9, b.length);
    for (int at = 0; at < q.length; at += 300) {
      float[][] some = Arrays.copyOfRange(q, at, Math.min(q.length, at + 300));
      NearestNeighbors part = search(some, b, numbers, 9, 1000);
      for (int i = 0; i < some.length; i++) {
        assertArrayEquals(part.neighborLabels(i, 9), whole.neighborLabels(at + i, 9));
      }
    }
    int[] nearest = whole.neighborLabels(1030, 1);
    assertArrayEquals(naive(q[1030], b, numbers, 1), nearest);
  }

  private static float[][] gaussian(int count, int width, Random random) {
    float[][] rows = new float[count][width];
    for (float[] row : rows) {
      for (int j = 0; j < width; j++) {
        row[j] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  private static NearestNeighbors search(
      float[][] queries, float[][] bank, int[] labels, int k, int block) {
    NearestNeighbors search = new NearestNeighbors(Nd4j.createFromArray(queries), k);
    INDArray all = Nd4j.createFromArray(bank);
    for (int at = 0; at < bank.length; at += block) {
      int end = Math.min(bank.length, at + block);
      search.add(
          all.get(NDArrayIndex.interval(at, end), NDArrayIndex.all()),
          Arrays.copyOfRange(labels, at, end));
    }
    return search;
  }

  @Test
  void votes_knownVectors_areWeighedBySimilarity() {
    NearestNeighbors search = new NearestNeighbors(Nd4j.createFromArray(new float[][] {{1, 0}}), 3);
    search.add(
        Nd4j.createFromArray(new float[][] {{0, 1}, {3, 0}, {1, 1}, {-1, 0}}),
        new int[] {1, 0, 1, 2});
    assertArrayEquals(new int[] {0, 1, 1}, search.neighborLabels(0, 3));
    assertArrayEquals(new float[] {1, 2, 0}, search.votes(3, Double.POSITIVE_INFINITY, 3), 1e-6f);
    double t = 0.5;
    assertArrayEquals(
        new float[] {1, (float) (Math.exp((Math.sqrt(0.5) - 1) / t) + Math.exp(-1 / t)), 0},
        search.votes(3, t, 3),
        1e-5f);
    // However low the temperature, the nearest has a vote.
    assertEquals(1, search.votes(3, 1e-6, 3)[0]);
    NearestNeighbors askew = new NearestNeighbors(Nd4j.createFromArray(new float[][] {{1, 1}}), 1);
    askew.add(Nd4j.createFromArray(new float[][] {{0, 1}, {-1, 0}}), new int[] {2, 1});
    assertEquals(1, askew.votes(1, 1e-4, 3)[2]);
    // Plain votes say class 1, the nearest says class 0, and a low temperature listens to it.
    assertEquals(0, search.evaluate(3, Double.POSITIVE_INFINITY, 3, new int[] {0}).top1());
    assertEquals(1, search.evaluate(3, 0.07, 3, new int[] {0}).top1());
  }

  /** All votes would be 0, and class 0 the answer. */
  @Test
  void evaluate_emptyBank_saysSo() {
    NearestNeighbors search = new NearestNeighbors(Nd4j.ones(2, 3), 1);
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class, () -> search.evaluate(1, 0.07, 3, new int[] {0, 0}));
    assertEquals("bank: expected features before votes, found none", e.getMessage());
    assertEquals(0, search.neighbors(0, 1).size());
  }

  @Test
  void add_wrongInput_saysWhatWasExpected() {
    NearestNeighbors search = new NearestNeighbors(Nd4j.ones(2, 3), 1);
    assertMessage(() -> search.add(Nd4j.ones(2, 4), new int[2]), "bank: expected [M, 3]");
    assertMessage(() -> search.add(Nd4j.ones(2, 3), new int[1]), "labels: expected [2], got [1]");
    search.add(Nd4j.ones(1, 3), new int[] {7});
    assertMessage(() -> search.votes(1, 1, 7), "label: expected 0 to 6, got 7");
    assertMessage(() -> search.votes(2, 1, 8), "k: expected 1 to 1, got 2");
    assertMessage(
        () -> search.add(Nd4j.createFromArray(new float[][] {{1, Float.NaN, 0}}), new int[1]),
        "features: expected finite numbers");
    assertMessage(
        () -> search.add(Nd4j.createFromArray(new float[][] {{1e20f, 0, 0}}), new int[1]),
        "features: expected rows shorter than 1.0E18, got 1.0");
  }

  private static void assertMessage(Runnable action, String expected) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, action::run);
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }
}
