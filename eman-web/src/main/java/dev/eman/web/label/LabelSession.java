package dev.eman.web.label;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMultiset;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.io.Printable;
import dev.eman.train.select.SelectionPool;
import dev.eman.train.select.SelectionStrategy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One round of labelling: which images come next, and what has been done, for undoing it. Threads
 * may share it.
 */
final class LabelSession {
  /** Images that are chosen at a time; the next ones are chosen when these are done. */
  private static final int BATCH = 20;

  private static final int LONGEST_CLASS = 100;

  /**
   * Images that are done, and those that cannot be shown.
   *
   * @param labels those of the images that have one
   * @param skipped images that were passed over
   * @param unreadable images that are open, but that the network could not read
   */
  record Counts(ImmutableMultiset<String> labels, int skipped, int unreadable) {}

  /** What can be taken back; the numbers begin at 1. */
  private record Change(long number, int image, LabelTable.Entry before) {}

  private final ImmutableList<String> images;
  private final LabelTable table;
  private final Set<String> classes;
  private final Deque<Change> changes = new ArrayDeque<>();
  private long made;
  private final Deque<Integer> next = new ArrayDeque<>();
  private SelectionPool pool;
  private @Nullable NetworkView view;
  private final @Nullable SelectionStrategy wantedStrategy;
  private SelectionStrategy strategy;

  /**
   * A round.
   *
   * @param images as they stand in the table, in the order of the pool
   * @param wanted classes that the user has named
   * @param wantedStrategy how the user wants images to be chosen, as soon as it can be done; null
   *     for what is recommended
   */
  LabelSession(
      ImmutableList<String> images,
      LabelTable table,
      List<String> wanted,
      SelectionPool pool,
      @Nullable SelectionStrategy wantedStrategy) {
    this.images = images;
    this.table = table;
    this.pool = pool;
    this.wantedStrategy = wantedStrategy;
    strategy = strategy(wantedStrategy, pool);
    classes = new LinkedHashSet<>();
    wanted.forEach(this::add);
    classes.addAll(table.classes());
  }

  /** Orders what is left by other features, and by predictions if there are any. */
  synchronized void use(NetworkView network) {
    view = network;
    pool = network.pool();
    strategy = strategy(wantedStrategy, pool);
    next.clear();
  }

  private static SelectionStrategy strategy(
      @Nullable SelectionStrategy wanted, SelectionPool pool) {
    return wanted == null ? SelectionStrategy.recommended(pool) : wanted.orRecommended(pool);
  }

  /** The images to label next, at most some; fewer at the end. None that a network cannot read. */
  synchronized ImmutableList<Integer> next(int most) {
    next.removeIf(image -> !isOpen(image));
    if (next.isEmpty()) {
      ImmutableIntArray.Builder labeled = ImmutableIntArray.builder();
      ImmutableIntArray.Builder skipped = ImmutableIntArray.builder();
      int open = 0;
      for (int i = 0; i < images.size(); i++) {
        LabelTable.Entry entry = table.get(images.get(i));
        if (!entry.label().isEmpty()) {
          labeled.add(i);
        } else if (entry.isSkipped() || isUnreadable(i)) {
          skipped.add(i);
        } else {
          open++;
        }
      }
      if (open > 0) {
        strategy
            .select(pool.labeled(labeled.build()).skipped(skipped.build()), BATCH)
            .forEach(next::add);
      }
    }
    return next.stream().limit(most).collect(ImmutableList.toImmutableList());
  }

  private boolean isUnreadable(int image) {
    NetworkView network = view;
    return network != null && network.unreadable().contains(image);
  }

  private boolean isOpen(int image) {
    return table.get(images.get(image)).isOpen();
  }

  /**
   * Gives an open image a label; a class that is new is one from then on.
   *
   * @throws StaleTabException if it has one, or was passed over
   */
  synchronized void label(int image, String name) {
    checkOpen(image);
    addClass(name);
    change(image, entry -> entry.withLabel(name.strip()));
  }

  /**
   * Passes an open image over for good.
   *
   * @throws StaleTabException if it has a label, or was passed over
   */
  synchronized void skip(int image) {
    checkOpen(image);
    change(image, LabelTable.Entry::skip);
  }

  /** The page offers no others, so it was open when a tab has shown it. */
  private void checkOpen(int image) {
    if (image < 0 || image >= images.size()) {
      throw new UsageException("image: expected 0 to " + (images.size() - 1) + ", got " + image);
    }
    if (!isOpen(image)) {
      throw new StaleTabException(
          Printable.escape(images.get(image))
              + " was labelled or skipped meanwhile, in another tab; nothing was changed");
    }
  }

  private void change(int image, UnaryOperator<LabelTable.Entry> to) {
    LabelTable.Entry before = table.get(images.get(image));
    table.put(images.get(image), to.apply(before));
    changes.push(new Change(++made, image, before));
  }

  /**
   * Takes back the last change, and shows its image again. Does nothing if there is none.
   *
   * @param number of the change, as of {@link #lastChange}
   * @throws StaleTabException if the last change is another one
   */
  synchronized void undo(long number) {
    if (number != lastChange()) {
      throw new StaleTabException(
          "another image was labelled or skipped meanwhile, in another tab; nothing was changed");
    }
    Change last = changes.peek();
    if (last != null) {
      table.put(images.get(last.image), last.before);
      changes.pop();
      next.remove(last.image);
      next.push(last.image);
    }
  }

  /** The number of the change that can be taken back; 0 if there is none. */
  synchronized long lastChange() {
    Change last = changes.peek();
    return last == null ? 0 : last.number;
  }

  /**
   * Adds a class.
   *
   * @throws UsageException if it cannot be a name
   */
  synchronized void addClass(String name) {
    add(name);
  }

  private void add(String name) {
    String stripped = name.strip();
    if (stripped.isEmpty()
        || stripped.length() > LONGEST_CLASS
        || Printable.hasControls(stripped)) {
      throw new UsageException(
          "class: expected a name of 1 to "
              + LONGEST_CLASS
              + " characters, got '"
              + Printable.escape(stripped)
              + "'");
    }
    classes.add(stripped);
  }

  /** The classes in the order in which they came up. */
  synchronized ImmutableList<String> classes() {
    return ImmutableList.copyOf(classes);
  }

  /** How many images have which label, were passed over, or cannot be read. */
  synchronized Counts counts() {
    ImmutableMultiset.Builder<String> labels = ImmutableMultiset.builder();
    int skipped = 0;
    int unreadable = 0;
    for (int i = 0; i < images.size(); i++) {
      LabelTable.Entry entry = table.get(images.get(i));
      if (!entry.label().isEmpty()) {
        labels.add(entry.label());
      }
      skipped += entry.isSkipped() ? 1 : 0;
      unreadable += entry.isOpen() && isUnreadable(i) ? 1 : 0;
    }
    return new Counts(labels.build(), skipped, unreadable);
  }

  int size() {
    return images.size();
  }

  /** How images are chosen now, in words. */
  synchronized String order() {
    return switch (strategy) {
      case SPREAD ->
          view == null
              ? "like many that are not labelled, by shapes and colours"
              : "like many that are not labelled, by the network's features";
      case K_CENTER -> "as far as possible from those labelled";
      case MARGIN -> "those the network is least sure of, different from each other";
      case ENTROPY -> "those with the most even probabilities";
      case DISAGREEMENT -> "those on which student and teacher disagree";
    };
  }

  /** The network's guess for an image, such as "fox 83%"; empty without one. */
  synchronized List<String> guess(int image) {
    List<String> guess = new ArrayList<>();
    NetworkView network = view;
    if (network != null && network.predictions() != null && !isUnreadable(image)) {
      double[] row = network.predictions().getRow(image).toDoubleVector();
      int best = 0;
      for (int k = 1; k < row.length; k++) {
        best = row[k] > row[best] ? k : best;
      }
      guess.add(network.classes().get(best));
      guess.add(Math.round(100 * row[best]) + "%");
    }
    return guess;
  }
}
