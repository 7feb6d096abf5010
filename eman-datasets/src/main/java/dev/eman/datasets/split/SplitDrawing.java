package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Lists;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.ViewRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws a split. All images are put into one order: a random one of each class in turn, again and
 * again. The labelled images are its beginning, hence balanced, and those of a smaller split are
 * among those of a larger one. Of them, the last ones of each class are kept for validation. A
 * class without images has no part in it. With an {@link Imbalance} the labelled images are the
 * first ones of each class instead, and the unlabelled ones those that come next.
 */
final class SplitDrawing {
  /** Keeps this use of the seed apart from others. */
  private static final long PURPOSE = 0x5b117;

  /** Longer lists of classes are cut off. */
  private static final int MOST_NAMES = 10;

  private static final Logger log = LoggerFactory.getLogger(SplitDrawing.class);

  private SplitDrawing() {}

  static LabelSplit draw(
      ImageDataset data,
      LabelAmount amount,
      long seed,
      double validation,
      UnlabeledPool pool,
      Imbalance asked) {
    Imbalance imbalance = pool.usesTrain() ? asked : new Imbalance(asked.labeled(), 1, null);
    checkArgument(
        validation >= 0 && validation < 1,
        "validation: expected a part from 0 to below 1, got %s",
        validation);
    int[][] classes = shuffledClasses(data, seed);
    int filled = (int) Arrays.stream(classes).filter(images -> images.length > 0).count();
    int[] order =
        imbalance.ofLabeled()
            ? order(classes, imbalance.labeled(amount, sizes(classes), names(data)))
            : order(classes, seed, total(data, amount, classes, filled));
    int total = order.length;
    int kept = (int) Math.rint(total * validation);
    if (total - kept < filled) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected at least one labelled image for each of %d classes, found %d labels of"
                  + " which %d are kept for validation; take more labels or a smaller validation"
                  + " part",
              data.name(),
              filled,
              total,
              kept));
    }
    BitSet labeled = new BitSet();
    BitSet validated = new BitSet();
    int[] left = validationCounts(data, order, kept, classes.length);
    for (int i = total - 1; i >= 0; i--) {
      (left[data.label(order[i])]-- > 0 ? validated : labeled).set(order[i]);
    }
    String origin =
        amount
            + (imbalance.equals(Imbalance.NONE) ? "" : ", " + imbalance)
            + (", seed " + seed)
            + (kept == 0 ? "" : ", validation " + validation);
    String smaller = imbalance.ofLabeled() ? "" : smallerClasses(data, amount, classes);
    if (!smaller.isEmpty()) {
      log.warn(
          "{}: fewer than {} images of {}; all of them are labelled",
          data.name(),
          amount.perClass(),
          smaller);
      origin += ", fewer of " + smaller;
    }
    return new LabelSplit(
        data.name(),
        data.fingerprint(),
        data.size(),
        origin,
        pool,
        BitSets.ascending(labeled),
        BitSets.ascending(validated),
        imbalance.ofUnlabeled() ? leftOut(data, classes, order, imbalance) : ImmutableIntArray.of(),
        null,
        null);
  }

  /**
   * The images that serve neither with labels nor without: of each class those behind the chosen
   * ones and the unlabelled ones that the imbalance asks for.
   */
  private static ImmutableIntArray leftOut(
      ImageDataset data, int[][] classes, int[] chosen, Imbalance imbalance) {
    int[] drawn = new int[classes.length];
    for (int image : chosen) {
      drawn[data.label(image)]++;
    }
    ImmutableIntArray.Builder rest = ImmutableIntArray.builder(classes.length);
    for (int c = 0; c < classes.length; c++) {
      rest.add(classes[c].length - drawn[c]);
    }
    ImmutableIntArray used = imbalance.unlabeled(rest.build(), names(data));
    BitSet left = new BitSet();
    for (int c = 0; c < classes.length; c++) {
      for (int i = drawn[c] + used.get(c); i < classes[c].length; i++) {
        left.set(classes[c][i]);
      }
    }
    return BitSets.ascending(left);
  }

  /** The first images of each class, as many as are given. */
  private static int[] order(int[][] classes, ImmutableIntArray counts) {
    IntStream order = IntStream.empty();
    for (int c = 0; c < classes.length; c++) {
      order = IntStream.concat(order, Arrays.stream(classes[c]).limit(counts.get(c)));
    }
    return order.toArray();
  }

  private static ImmutableIntArray sizes(int[][] classes) {
    return ImmutableIntArray.copyOf(Arrays.stream(classes).mapToInt(images -> images.length));
  }

  private static List<String> names(ImageDataset data) {
    return Lists.transform(data.classNames(), Printable::escape);
  }

  /** How many images are labelled: of a class that has fewer than requested, all. */
  private static int total(ImageDataset data, LabelAmount amount, int[][] classes, int filled) {
    if (amount.perClass() == 0) {
      return Math.min(data.size(), amount.total(data.size(), filled));
    }
    return Arrays.stream(classes).mapToInt(c -> Math.min(c.length, amount.perClass())).sum();
  }

  /** The classes with fewer images than requested, with their numbers; empty if there are none. */
  private static String smallerClasses(ImageDataset data, LabelAmount amount, int[][] classes) {
    List<String> smaller = new ArrayList<>();
    for (int c = 0; c < classes.length; c++) {
      if (classes[c].length > 0 && classes[c].length < amount.perClass()) {
        smaller.add(Printable.escape(data.classNames().get(c)) + " (" + classes[c].length + ")");
      }
    }
    int more = smaller.size() - MOST_NAMES;
    return more <= 0
        ? String.join(", ", smaller)
        : String.join(", ", smaller.subList(0, MOST_NAMES)) + " and " + more + " more";
  }

  /** The first images of the order described above. */
  private static int[] order(int[][] classes, long seed, int total) {
    int[] turns = new int[classes.length];
    for (int c = 0; c < turns.length; c++) {
      turns[c] = c;
    }
    shuffle(turns, seed, -1);
    int[] order = new int[total];
    int filled = 0;
    for (int round = 0; filled < total; round++) {
      for (int t = 0; t < turns.length && filled < total; t++) {
        int[] images = classes[turns[t]];
        if (round < images.length) {
          order[filled++] = images[round];
        }
      }
    }
    return order;
  }

  /**
   * How many labelled images of each class are kept for validation: the same part of each, hence of
   * the rare ones too, but never all. What rounding leaves over goes to where most is missing.
   */
  private static int[] validationCounts(ImageDataset data, int[] order, int kept, int classes) {
    long[] drawn = new long[classes];
    for (int image : order) {
      drawn[data.label(image)]++;
    }
    int[] counts = new int[classes];
    int given = 0;
    for (int c = 0; c < classes; c++) {
      counts[c] = (int) (drawn[c] * kept / order.length);
      given += counts[c];
    }
    for (; given < kept; given++) {
      int most = -1;
      long missing = Long.MIN_VALUE;
      for (int c = 0; c < classes; c++) {
        long here = drawn[c] * kept - (long) counts[c] * order.length;
        if (counts[c] < drawn[c] - 1 && here > missing) {
          most = c;
          missing = here;
        }
      }
      counts[most]++;
    }
    return counts;
  }

  private static int[][] shuffledClasses(ImageDataset data, long seed) {
    int[] counts = new int[data.classNames().size()];
    for (int i = 0; i < data.size(); i++) {
      counts[data.requireLabel(i)]++;
    }
    int[][] classes = new int[counts.length][];
    for (int c = 0; c < counts.length; c++) {
      classes[c] = new int[counts[c]];
    }
    for (int i = data.size() - 1; i >= 0; i--) {
      int label = data.label(i);
      classes[label][--counts[label]] = i;
    }
    for (int c = 0; c < classes.length; c++) {
      shuffle(classes[c], seed, c);
    }
    return classes;
  }

  /** Fisher and Yates. */
  private static void shuffle(int[] values, long seed, long stream) {
    ViewRandom random = new ViewRandom();
    random.seed(seed, PURPOSE, stream, 0);
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
