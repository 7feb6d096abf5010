package dev.eman.train.errors;

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

  /** One less the probability of the label, 0 to 1: how sure it is that the label is wrong. */
  public double doubt() {
    return 1 - givenProbability;
  }
}
