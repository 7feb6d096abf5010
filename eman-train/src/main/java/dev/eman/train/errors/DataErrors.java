package dev.eman.train.errors;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.check.DuplicateImages;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What is probably wrong with a data set, each list with the surest first. Numbers of images are
 * those of {@link LabeledImages}.
 *
 * @param searched number of images that could be read
 * @param alone number of these that are the only one of their class: a classifier that has not seen
 *     the image does not know the class, so that nothing is said of the label
 * @param accuracy share of the others' labels that equal the likeliest class of the out-of-sample
 *     probabilities
 * @param noise estimate of how many labels are wrong
 * @param labels labels that are probably wrong
 * @param duplicates images that are there twice; those with two labels first, then exact ones
 * @param outliers images unlike all others by the first features
 */
public record DataErrors(
    int searched,
    int alone,
    double accuracy,
    LabelNoise noise,
    ImmutableList<LabelIssue> labels,
    ImmutableList<DuplicateImages.Pair> duplicates,
    ImmutableList<Outliers.Outlier> outliers) {
  /**
   * Finds what is wrong.
   *
   * @param images that are searched
   * @param rows those that can be read, and their features
   * @param probabilities {@code [N, K]} of the same rows, out of sample
   * @param rule which labels count as wrong
   * @param pairs images that are there twice, in any order
   * @throws DatasetException if no class has two images
   */
  public static DataErrors of(
      LabeledImages images,
      LabeledImages.Rows rows,
      INDArray probabilities,
      PruningRule rule,
      ImmutableList<DuplicateImages.Pair> pairs) {
    ImmutableIntArray numbers = rows.images();
    ImmutableIntArray labels = labels(images, rows);
    checkArgument(
        probabilities.size(0) == numbers.length(),
        "probabilities: expected [%s, K], got %s",
        numbers.length(),
        probabilities.shapeInfoToString());
    int[] judged = judged(images, labels);
    INDArray shares =
        judged.length == labels.length()
            ? probabilities
            : probabilities.get(
                NDArrayIndex.indices(Arrays.stream(judged).asLongStream().toArray()),
                NDArrayIndex.all());
    ImmutableIntArray given = ImmutableIntArray.copyOf(Arrays.stream(judged).map(labels::get));
    LabelNoise noise = LabelNoise.of(shares, given);
    ImmutableList<LabelIssue> wrong =
        rule == PruningRule.MIXTURE
            ? noise.issues()
            : ConfidentLearning.of(shares, given).issues(rule);
    int[] likeliest = shares.argMax(1).toIntVector();
    int equal = 0;
    for (int i = 0; i < likeliest.length; i++) {
      equal += likeliest[i] == given.get(i) ? 1 : 0;
    }
    return new DataErrors(
        numbers.length(),
        numbers.length() - judged.length,
        (double) equal / judged.length,
        noise,
        wrong.stream()
            .map(
                issue ->
                    new LabelIssue(
                        numbers.get(judged[issue.image()]),
                        issue.given(),
                        issue.suggested(),
                        issue.givenProbability(),
                        issue.suggestedProbability()))
            .collect(toImmutableList()),
        pairs.stream()
            .sorted(
                Comparator.comparing((DuplicateImages.Pair pair) -> !conflict(images, pair))
                    .thenComparing(pair -> !pair.exact()))
            .collect(toImmutableList()),
        Outliers.find(rows.values().get(0)).stream()
            .map(
                found ->
                    new Outliers.Outlier(
                        numbers.get(found.image()), found.distance(), found.usual()))
            .collect(toImmutableList()));
  }

  /** Positions of the images whose class has another one. */
  private static int[] judged(LabeledImages images, ImmutableIntArray labels) {
    int[] counts = new int[images.classNames().size()];
    labels.forEach(label -> counts[label]++);
    return IntStream.range(0, labels.length()).filter(i -> counts[labels.get(i)] > 1).toArray();
  }

  /**
   * The labels of the images that can be read, in their order.
   *
   * @throws DatasetException if no class has two images
   */
  public static ImmutableIntArray labels(LabeledImages images, LabeledImages.Rows rows) {
    ImmutableIntArray labels = ImmutableIntArray.copyOf(rows.images().stream().map(images::label));
    if (judged(images, labels).length == 0) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "expected a class with two images or more, to learn from the others what the class"
                  + " is; found %d image(s), each of its own class",
              labels.length()));
    }
    return labels;
  }

  /** Whether both images of a pair have labels that differ, so that one of them is wrong. */
  public static boolean conflict(LabeledImages images, DuplicateImages.Pair pair) {
    return images.label(pair.image()) != images.label(pair.other());
  }
}
