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
  /** By how much the likeliest class exceeds the label, above 0 to 1: how sure it is. */
  public double margin() {
    return suggestedProbability - givenProbability;
  }
}
