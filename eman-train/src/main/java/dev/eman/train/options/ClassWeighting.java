package dev.eman.train.options;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.Immutable;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.loss.ClassWeights;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How much the labels of each class weigh in a run's supervised loss: all alike ({@link #NONE}),
 * inversely to their numbers ({@link #BALANCED}), or as given by name. As text: {@code none},
 * {@code balanced}, or {@code cat=2,dog=0.5}.
 *
 * @param balanced whether as {@link ClassWeights#balanced}
 * @param named weights of classes by name, finite and above 0; classes that are not there weigh 1
 */
@Immutable
public record ClassWeighting(boolean balanced, ImmutableMap<String, Double> named) {
  /** The mean over all labels. */
  public static final ClassWeighting NONE = new ClassWeighting(false, ImmutableMap.of());

  /** As {@link ClassWeights#balanced}. */
  public static final ClassWeighting BALANCED = new ClassWeighting(true, ImmutableMap.of());

  /** Up to the first equals sign that a number follows, since names may hold commas. */
  private static final Pattern PAIR = Pattern.compile("(.+?)=([0-9.eE+ -]+)(?:,|$)");

  /** Checks the weights. */
  public ClassWeighting {
    Checks.require(!balanced || named.isEmpty(), "class-weights: expected balanced, or names");
    named.forEach(
        (name, weight) ->
            Checks.require(
                weight > 0 && Double.isFinite(weight),
                "class-weights: expected numbers above 0, got %s for %s",
                weight,
                name));
  }

  /**
   * Parses the text.
   *
   * @throws UsageException for anything else
   */
  public static ClassWeighting parse(String text) {
    return switch (Ascii.toLowerCase(text.strip())) {
      case "none" -> NONE;
      case "balanced" -> BALANCED;
      default -> new ClassWeighting(false, pairs(text));
    };
  }

  private static ImmutableMap<String, Double> pairs(String text) {
    ImmutableMap.Builder<String, Double> pairs = ImmutableMap.builder();
    Matcher matcher = PAIR.matcher(text);
    int end = 0;
    try {
      while (matcher.region(end, text.length()).lookingAt()) {
        pairs.put(matcher.group(1).strip(), Double.valueOf(matcher.group(2)));
        end = matcher.end();
      }
      if (end > 0 && end == text.length()) {
        return pairs.buildOrThrow();
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(expected(text), e); // No number, or a name twice.
    }
    throw new UsageException(expected(text));
  }

  private static String expected(String text) {
    return "class-weights: expected none, balanced, or each class once as in cat=2,dog=0.5, got "
        + text;
  }

  /**
   * The weights of a data set's classes.
   *
   * @param classNames by label
   * @param counts labelled images of each class
   * @return null for the mean over all labels
   * @throws UsageException for the name of a class that is not there
   */
  public @Nullable ClassWeights of(List<String> classNames, int... counts) {
    if (balanced) {
      return ClassWeights.balanced(counts);
    }
    for (String name : named.keySet()) {
      if (!classNames.contains(name)) {
        throw new UsageException(Suggestions.unknown("class-weights", name, classNames));
      }
    }
    return named.isEmpty()
        ? null
        : ClassWeights.of(
            classNames.stream().mapToDouble(name -> named.getOrDefault(name, 1.0)).toArray());
  }

  @Override
  public String toString() {
    return balanced
        ? "balanced"
        : named.isEmpty()
            ? "none"
            : named.entrySet().stream().map(ClassWeighting::pair).collect(Collectors.joining(","));
  }

  private static String pair(Map.Entry<String, Double> entry) {
    return entry.getKey() + "=" + TrainingOption.shortest(entry.getValue());
  }
}
