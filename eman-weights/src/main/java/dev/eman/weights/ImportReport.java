package dev.eman.weights;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The result of an import, with tensors named as in the file.
 *
 * @param prefix prefix of the names in the file
 * @param loaded tensors that were loaded
 * @param missing tensors of the network that the file lacks
 * @param misshapen tensors of a different shape, with both shapes
 * @param surplus tensors under the prefix that the network does not have
 */
public record ImportReport(
    String prefix,
    ImmutableList<String> loaded,
    ImmutableList<String> missing,
    ImmutableList<String> misshapen,
    ImmutableList<String> surplus) {

  private static final int SHOWN = 12;

  /** Whether every tensor of the network was found with the right shape. */
  public boolean complete() {
    return missing.isEmpty() && misshapen.isEmpty();
  }

  /** The report as text: one line per kind, with at most {@value #SHOWN} names each. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(loaded.size()).append(" tensors");
    if (!prefix.isEmpty()) {
      text.append(" below ").append(prefix);
    }
    line(text, "misshapen", misshapen);
    line(text, "missing", missing);
    line(text, "surplus", surplus);
    return text.toString();
  }

  private static void line(StringBuilder text, String what, List<String> names) {
    if (!names.isEmpty()) {
      List<String> first = names.subList(0, Math.min(SHOWN, names.size()));
      text.append(String.format("%n  %s (%d): %s", what, names.size(), String.join(", ", first)));
      text.append(names.size() > SHOWN ? ", ..." : "");
    }
  }
}
