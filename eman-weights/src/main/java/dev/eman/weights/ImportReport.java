package dev.eman.weights;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What came of an import, in the file's names.
 *
 * @param prefix what the names in the file begin with
 * @param loaded tensors that were taken
 * @param missing tensors that the network has and the file has not
 * @param misshapen tensors of other shapes, with both
 * @param surplus tensors below the prefix that the network has no place for
 */
public record ImportReport(
    String prefix,
    ImmutableList<String> loaded,
    ImmutableList<String> missing,
    ImmutableList<String> misshapen,
    ImmutableList<String> surplus) {

  private static final int SHOWN = 12;

  /** Whether every tensor of the network was found, in its shape. */
  public boolean complete() {
    return missing.isEmpty() && misshapen.isEmpty();
  }

  /** In words, one kind on a line, of each the first {@value #SHOWN} names. */
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
