package dev.eman.weights;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the networks in a file, whatever their prefixes. */
final class FileNetworks {
  private static final Pattern GROUP = Pattern.compile("^(block\\d+)\\.(\\d+)\\.");
  private static final Pattern SHORTCUT = Pattern.compile("\\.shortcut\\.");

  private final TensorFile file;
  private final ImmutableSet<String> names;

  /** The greatest number of dots in a network's name. */
  private final int deepest;

  private FileNetworks(ImmutableSet<String> names, TensorFile file) {
    this.names = names;
    this.file = file;
    this.deepest =
        names.stream()
            .mapToInt(name -> (int) name.chars().filter(c -> c == '.').count())
            .max()
            .orElse(0);
  }

  /**
   * All candidates, those with most tensors first, then those with the shortest prefix.
   *
   * @param names torchvision's names of a network's tensors
   */
  static ImmutableList<FileNetwork> of(ImmutableSet<String> names, TensorFile file) {
    FileNetworks search = new FileNetworks(names, file);
    List<FileNetwork> found = new ArrayList<>(search.spelled(name -> name));
    if (names.stream().anyMatch(name -> !wide(name).equals(name))) {
      found.addAll(search.spelled(FileNetworks::wide));
    }
    found.addAll(search.numbered());
    found.sort(
        Comparator.comparingInt(FileNetwork::tensors)
            .reversed()
            .thenComparing(network -> network.prefix().length())
            .thenComparing(FileNetwork::prefix));
    return ImmutableList.copyOf(found);
  }

  /** The blocks of wide residual networks as most trainers of FixMatch spell them. */
  private static String wide(String name) {
    String grouped = GROUP.matcher(name).replaceFirst("$1.layer.$2.");
    return SHORTCUT.matcher(grouped).replaceFirst(".convShortcut.");
  }

  private List<FileNetwork> spelled(UnaryOperator<String> spelling) {
    Map<String, String> bySpelling = new HashMap<>();
    int depth = 0;
    for (String name : names) {
      String spelled = spelling.apply(name);
      bySpelling.put(spelled, name);
      depth = Math.max(depth, (int) spelled.chars().filter(c -> c == '.').count());
    }
    Map<String, Map<String, String>> found = new LinkedHashMap<>();
    for (String there : file.tensors().keySet()) {
      for (int from : starts(there, depth)) {
        String name = bySpelling.get(there.substring(from));
        if (name != null) {
          put(found, there.substring(0, from), name, there);
        }
      }
    }
    return networks(found);
  }

  /**
   * Networks as {@code nn.Sequential(*network.children())}: the parts have numbers for names, in
   * their order, with gaps where parts have no tensors.
   */
  private List<FileNetwork> numbered() {
    ImmutableList<String> parts =
        names.stream()
            .map(name -> name.substring(0, name.indexOf('.')))
            .distinct()
            .collect(ImmutableList.toImmutableList());
    Map<String, TreeMap<Integer, String>> numbers = new HashMap<>();
    for (String there : file.tensors().keySet()) {
      for (int from : starts(there, deepest)) {
        Integer number = number(there, from);
        if (number != null) {
          numbers.computeIfAbsent(there.substring(0, from), p -> new TreeMap<>()).put(number, "");
        }
      }
    }
    numbers.values().removeIf(found -> found.size() < parts.size());
    for (TreeMap<Integer, String> found : numbers.values()) {
      int rank = 0;
      for (Map.Entry<Integer, String> entry : found.entrySet()) {
        entry.setValue(rank < parts.size() ? parts.get(rank++) : "");
      }
    }
    Map<String, Map<String, String>> found = new LinkedHashMap<>();
    for (String there : file.tensors().keySet()) {
      for (int from : starts(there, deepest)) {
        Integer number = number(there, from);
        String prefix = there.substring(0, from);
        if (number != null && numbers.containsKey(prefix)) {
          String part = numbers.get(prefix).getOrDefault(number, "");
          String name = part + there.substring(there.indexOf('.', from));
          if (names.contains(name)) {
            put(found, prefix, name, there);
          }
        }
      }
    }
    return networks(found);
  }

  private static @Nullable Integer number(String name, int from) {
    int end = name.indexOf('.', from);
    return end < 0 ? null : Ints.tryParse(name.substring(from, end));
  }

  /** Where the last parts of a name begin; those before are too many for a network's name. */
  private static List<Integer> starts(String name, int depth) {
    List<Integer> starts = new ArrayList<>(depth + 1);
    int dot = name.length();
    for (int i = 0; i <= depth && dot >= 0; i++) {
      dot = name.lastIndexOf('.', dot - 1);
      starts.add(dot + 1);
    }
    return starts;
  }

  private static void put(
      Map<String, Map<String, String>> found, String prefix, String name, String there) {
    found.computeIfAbsent(prefix, p -> new LinkedHashMap<>()).put(name, there);
  }

  private static List<FileNetwork> networks(Map<String, Map<String, String>> found) {
    List<FileNetwork> networks = new ArrayList<>();
    found.forEach(
        (prefix, names) -> networks.add(new FileNetwork(prefix, ImmutableMap.copyOf(names))));
    return networks;
  }
}
