package dev.eman.weights;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Locale;

/**
 * The result of an import, with tensors named as in the file.
 *
 * @param prefix prefix of the names in the file
 * @param network which of the file's networks it is, such as "the averaged network"
 * @param loaded tensors that were loaded
 * @param missing tensors of the network that the file lacks
 * @param misshapen tensors of a different shape, with both shapes
 * @param surplus tensors under the prefix that the network does not have
 * @param elsewhere number of further tensors, such as an optimiser's
 * @param otherNetworks networks of the file that were not taken: their prefixes, with the number of
 *     tensors
 * @param unread objects that were passed over and tensors of types that are not read, by path
 */
public record ImportReport(
    String prefix,
    String network,
    ImmutableList<String> loaded,
    ImmutableList<String> missing,
    ImmutableList<String> misshapen,
    ImmutableList<String> surplus,
    int elsewhere,
    ImmutableList<String> otherNetworks,
    ImmutableMap<String, Unread> unread) {

  private static final int SHOWN = 12;
  private static final int LONGEST_NAME = 200;

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
      text.append(" below ").append(shortened(prefix));
    }
    text.append(", ").append(network);
    line(text, "misshapen", misshapen);
    line(text, "missing", missing);
    line(text, "other networks", otherNetworks);
    line(text, "surplus", surplus);
    line(
        text,
        "not read",
        unread.entrySet().stream()
            .map(value -> value.getKey() + ": " + value.getValue())
            .collect(toImmutableList()));
    if (elsewhere > 0) {
      text.append(String.format(Locale.ROOT, "%n  unused elsewhere: %d tensors", elsewhere));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String what, List<String> names) {
    if (!names.isEmpty()) {
      List<String> first =
          names.stream().limit(SHOWN).map(ImportReport::shortened).collect(toImmutableList());
      text.append(
          String.format(
              Locale.ROOT, "%n  %s (%d): %s", what, names.size(), String.join(", ", first)));
      text.append(names.size() > SHOWN ? ", ..." : "");
    }
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + " ...";
  }
}
