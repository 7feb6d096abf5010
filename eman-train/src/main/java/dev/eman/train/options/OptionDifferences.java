package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Where the options that a run has differ from those that it should have. */
public final class OptionDifferences {
  private static final int SHOWN = 5;

  private final ImmutableList<String> texts;

  private OptionDifferences(List<String> texts) {
    this.texts = ImmutableList.copyOf(texts);
  }

  /**
   * Compares all options.
   *
   * @param run as its configuration has them, also one of an early version
   * @param where the configuration's origin, for messages
   * @param expected those of a new run
   * @param ignored options that may differ
   * @throws dev.eman.core.UsageException if the run's cannot be resolved
   */
  public static OptionDifferences of(
      OptionTexts run,
      String where,
      TrainingOptions expected,
      Collection<? extends TrainingOption<?>> ignored) {
    OptionTexts found = OptionTexts.of(run.asComparable().resolve(where));
    OptionTexts wanted = OptionTexts.of(expected);
    List<String> texts = new ArrayList<>();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      if (!ignored.contains(option) && !found.text(option).equals(wanted.text(option))) {
        texts.add(text(option.name(), wanted.text(option), found.text(option)));
      }
    }
    SortedSet<String> settings = new TreeSet<>(found.settingNames());
    settings.addAll(wanted.settingNames());
    for (String name : settings) {
      if (!found.setting(name).equals(wanted.setting(name))) {
        texts.add(text(OptionTexts.SET + " " + name, wanted.setting(name), found.setting(name)));
      }
    }
    return new OptionDifferences(texts);
  }

  private static String text(String name, Optional<String> expected, Optional<String> found) {
    return name + ": expected " + expected.orElse("none") + ", found " + found.orElse("none");
  }

  /** Whether all are equal. */
  public boolean isEmpty() {
    return texts.isEmpty();
  }

  /** The first of them with both values, in one line. */
  @Override
  public String toString() {
    String first = String.join("; ", texts.subList(0, Math.min(SHOWN, texts.size())));
    return texts.size() <= SHOWN
        ? first
        : String.format(Locale.ROOT, "%s; and %d more", first, texts.size() - SHOWN);
  }
}
