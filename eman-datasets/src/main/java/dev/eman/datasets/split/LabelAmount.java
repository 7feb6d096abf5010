package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.datasets.DatasetException;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many images are labelled: a part of all, or up to a number for each class.
 *
 * @param fraction of all images, above 0 and at most 1; 0 if {@code perClass} counts
 * @param perClass at least 1; 0 if {@code fraction} counts
 */
public record LabelAmount(double fraction, int perClass) {
  private static final Pattern FORM =
      Pattern.compile("(\\d+(?:\\.\\d+)?)(%|/class)", Pattern.CASE_INSENSITIVE);

  /** Checks that exactly one of both is given. */
  public LabelAmount {
    checkArgument(
        (fraction > 0 && fraction <= 1 && perClass == 0) || (fraction == 0 && perClass > 0),
        "labels: expected a fraction above 0 and at most 1, or a number per class above 0, got %s"
            + " and %s",
        (Object) fraction,
        perClass);
  }

  /** A part of all images: 0.01 is 1%. */
  public static LabelAmount fraction(double fraction) {
    return new LabelAmount(fraction, 0);
  }

  /** The same number for each class. */
  public static LabelAmount perClass(int count) {
    return new LabelAmount(0, count);
  }

  /**
   * Reads {@code 1%} or {@code 40/class}.
   *
   * @throws DatasetException for anything else
   */
  public static LabelAmount parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (matcher.matches()) {
      // In decimal, so that what toString writes is read as the same number.
      BigDecimal number = new BigDecimal(matcher.group(1));
      if (matcher.group(2).equals("%")) {
        double fraction = number.movePointLeft(2).doubleValue();
        if (fraction > 0 && fraction <= 1) {
          return fraction(fraction);
        }
      } else {
        double count = number.doubleValue();
        if (count >= 1 && count <= Integer.MAX_VALUE && count == Math.rint(count)) {
          return perClass((int) count);
        }
      }
    }
    throw new DatasetException(
        "labels: expected a part such as 1%, or a number such as 40/class, got " + text);
  }

  /** Whether it is a part that, but for the one image of each class, would label fewer. */
  public boolean isBelowOneEach(int images, int classes) {
    return perClass == 0 && part(images) < classes;
  }

  /** So many of a number of images, for a fraction. */
  int part(int images) {
    // A hair more, so that 10% of 30 is 3 whatever 0.1 is in binary.
    return (int) Math.floor(images * fraction + 1e-6);
  }

  /**
   * How many of the given number of images, if no class has too few; at least one for each class.
   */
  public int total(int images, int classes) {
    if (perClass > 0) {
      return Math.multiplyExact(perClass, classes);
    }
    return Math.max(classes, part(images));
  }

  @Override
  public String toString() {
    if (perClass > 0) {
      return perClass + "/class";
    }
    return BigDecimal.valueOf(fraction).movePointRight(2).stripTrailingZeros().toPlainString()
        + "%";
  }
}
