package dev.eman.datasets.table;

import com.google.common.collect.ImmutableList;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.regex.Pattern;

/** The order of the classes that a table names. */
public final class LabelOrder {
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,100}(\\.\\d{1,100})?");

  /** By Unicode code point, as the names of folders are sorted. */
  private static final Comparator<String> BY_CODE_POINT =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private LabelOrder() {}

  /** The labels in the order of their numbers if all of them are numbers, else by code point. */
  public static ImmutableList<String> sort(Collection<String> labels) {
    Comparator<String> order =
        labels.stream().allMatch(label -> NUMBER.matcher(label).matches())
            ? Comparator.comparing((String label) -> new BigDecimal(label))
                .thenComparing(BY_CODE_POINT)
            : BY_CODE_POINT;
    return ImmutableList.sortedCopyOf(order, labels);
  }
}
