package dev.eman.train.errors;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An image whose label is probably wrong.
 *
 * @param image its number, from 0
 * @param given its label
 * @param suggested the likeliest class
 * @param givenProbability of the label, 0 to 1
 * @param suggestedProbability of the likeliest class, 0 to 1
 */
public record LabelIssue(
    int image, int given, int suggested, double givenProbability, double suggestedProbability) {
  /** That of an image's probabilities; equally likely classes are in the label's favour. */
  static LabelIssue of(int image, int given, double[] probabilities) {
    int likeliest = given;
    for (int k = 0; k < probabilities.length; k++) {
      if (probabilities[k] > probabilities[likeliest]) {
        likeliest = k;
      }
    }
    return new LabelIssue(image, given, likeliest, probabilities[given], probabilities[likeliest]);
  }

  /** Which images a list is of. */
  @FunctionalInterface
  interface Which {
    /** Whether an image is meant; its row has all probabilities, {@code [K]}. */
    boolean test(int image, double[] row);
  }

  /** Those of some images whose label is not the likeliest class, the surest first. */
  static ImmutableList<LabelIssue> among(ScoreRows rows, ImmutableIntArray labels, Which which) {
    List<LabelIssue> issues = new ArrayList<>();
    rows.forEach(
        (image, row) -> {
          if (which.test(image, row)) {
            LabelIssue issue = of(image, labels.get(image), row);
            if (issue.suggested() != issue.given()) {
              issues.add(issue);
            }
          }
        });
    issues.sort(Comparator.comparingDouble(LabelIssue::doubt).reversed()); // Stable.
    return ImmutableList.copyOf(issues);
  }

  /** One less the probability of the label, 0 to 1: how sure it is that the label is wrong. */
  public double doubt() {
    return 1 - givenProbability;
  }
}
