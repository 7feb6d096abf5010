package dev.eman.datasets.split;

import static java.util.Comparator.comparingInt;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.ViewRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws held-out images, copies of a file together. */
final class HoldOutDrawing {
  private static final Logger log = LoggerFactory.getLogger(HoldOutDrawing.class);

  /** Keeps this use of the seed apart from others. */
  private static final long PURPOSE = 0x401d007;

  private final ImageDataset data;
  private final double part;
  private final long seed;
  private final BitSet kept;
  private final boolean anyKept;
  private final Copies copies;
  private final BitSet held = new BitSet();

  HoldOutDrawing(ImageDataset data, double part, long seed, ImmutableIntArray kept) {
    this.data = data;
    this.part = part;
    this.seed = seed;
    this.kept = BitSets.of(kept);
    anyKept = !kept.isEmpty();
    copies = Copies.in(data, log::warn);
  }

  HoldOut draw() {
    List<List<Integer>> classes = new ArrayList<>();
    data.classNames().forEach(name -> classes.add(new ArrayList<>()));
    for (int i = 0; i < data.size(); i++) {
      if (data.label(i) != ImageDataset.UNLABELED) {
        classes.get(data.requireLabel(i)).add(i);
      }
    }
    for (int c = 0; c < classes.size(); c++) {
      drawOf(classes.get(c), c);
    }
    if (held.isEmpty()) {
      throw nothingToHoldOut();
    }
    return new HoldOut(
        data.fingerprint(),
        data.size(),
        String.format(
            Locale.ROOT,
            "%s of each class,%s seed %d",
            part,
            copies.isEmpty() ? "" : " copies on one side,",
            seed),
        BitSets.ascending(held));
  }

  private void drawOf(List<Integer> images, int label) {
    int all = images.size();
    int most = Math.min(all - 1, Math.max(1, (int) Math.rint(all * part)));
    images.removeIf(image -> copies.of(image).stream().anyMatch(copy -> isTrainedOn(copy, label)));
    shuffle(images, label);
    int left = most;
    for (int image : images) {
      ImmutableIntArray group = copies.of(image);
      if (group.length() <= left && !held.get(image)) {
        group.forEach(held::set);
        left -= group.length();
      }
    }
    if (left == most) { // Each image has more copies than that: the fewest, but never all.
      images.stream()
          .map(copies::of)
          .filter(group -> group.length() < all)
          .min(comparingInt(ImmutableIntArray::length))
          .ifPresent(group -> group.forEach(held::set));
    }
  }

  /**
   * Whether an image, and so all of its copies, stay: what has two labels is none to measure on.
   */
  private boolean isTrainedOn(int image, int label) {
    return kept.get(image) || data.label(image) != label;
  }

  /** Fisher and Yates. */
  private void shuffle(List<Integer> images, int label) {
    ViewRandom random = new ViewRandom();
    random.seed(seed, PURPOSE, label, 0);
    for (int i = images.size() - 1; i > 0; i--) {
      Collections.swap(images, i, random.nextInt(i + 1));
    }
  }

  private DatasetException nothingToHoldOut() {
    return new DatasetException(
        String.format(
            Locale.ROOT,
            "%s: expected classes of at least two images%s%s to hold one out of each, found none;"
                + " add images, or a folder of test images",
            data.name(),
            copies.isEmpty() ? "" : " that are no copies of each other",
            anyKept ? ", not all of them listed as labelled," : ""));
  }
}
