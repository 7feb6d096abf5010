package dev.eman.train.errors;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.check.DuplicateImages;
import java.util.Comparator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What is probably wrong with a data set, each list with the surest first. Numbers of images are
 * those of {@link LabeledImages}.
 *
 * @param searched number of images that could be read
 * @param accuracy share of labels that equal the likeliest class of the out-of-sample probabilities
 * @param noise estimate of how many labels are wrong
 * @param labels labels that are probably wrong
 * @param duplicates images that are there before; those with two labels first, then exact ones
 * @param outliers images unlike all others by the first features
 */
public record DataErrors(
    int searched,
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
   * @param pairs images that are there before, in any order
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
    LabelNoise noise = LabelNoise.of(probabilities, labels);
    ImmutableList<LabelIssue> wrong =
        rule == PruningRule.MIXTURE
            ? noise.issues()
            : ConfidentLearning.of(probabilities, labels).issues(rule);
    int[] likeliest = probabilities.argMax(1).toIntVector();
    int equal = 0;
    for (int i = 0; i < likeliest.length; i++) {
      equal += likeliest[i] == labels.get(i) ? 1 : 0;
    }
    return new DataErrors(
        numbers.length(),
        (double) equal / numbers.length(),
        noise,
        wrong.stream()
            .map(
                issue ->
                    new LabelIssue(
                        numbers.get(issue.image()),
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

  /** The labels of the images that can be read, in their order. */
  public static ImmutableIntArray labels(LabeledImages images, LabeledImages.Rows rows) {
    return ImmutableIntArray.copyOf(rows.images().stream().map(images::label));
  }

  /** Whether both images of a pair have labels that differ, so that one of them is wrong. */
  public static boolean conflict(LabeledImages images, DuplicateImages.Pair pair) {
    return images.label(pair.image()) != images.label(pair.other());
  }
}
