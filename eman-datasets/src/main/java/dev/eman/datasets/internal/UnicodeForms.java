package dev.eman.datasets.internal;

import java.text.Normalizer;

/**
 * Tells texts apart that look the same: an ä may be one character or an a with dots, as macOS and
 * archives made there write it in file names.
 */
public final class UnicodeForms {
  /** What to do about texts that differ in form alone. */
  public static final String ADVICE =
      "the same letters in another Unicode form; rename, or save the table in that form";

  private UnicodeForms() {}

  /** The text with each letter in one character, if there is one (NFC). */
  public static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  /** The text with marks apart from their letters (NFD). */
  public static String decomposed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFD);
  }

  /** Whether texts differ, but not in what is read. */
  public static boolean differ(String one, String other) {
    return !one.equals(other) && composed(one).equals(composed(other));
  }
}
