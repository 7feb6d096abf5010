package dev.eman.weights;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;

/**
 * A network in a file: tensors behind a common prefix whose names follow those of a network here.
 *
 * @param prefix of its names, such as {@code state_dict.module.}; ends with a dot unless empty
 * @param names the file's name of each tensor that is there, by torchvision's name
 */
record FileNetwork(String prefix, ImmutableMap<String, String> names) {
  int tensors() {
    return names.size();
  }

  /** The file's name of a tensor, also of one that it lacks. */
  String name(String torchName) {
    return names.getOrDefault(torchName, prefix + torchName);
  }

  /** Whether all tensors are there, of the right shapes. */
  boolean isComplete(ImmutableMap<String, ImmutableList<Long>> shapes, TensorFile file) {
    return shapes.entrySet().stream()
        .allMatch(
            expected -> {
              TensorInfo found = file.tensors().get(name(expected.getKey()));
              return found != null && found.shape().equals(expected.getValue());
            });
  }

  /** Whether another network has the same values: files may hold one network under two names. */
  boolean equalsByValue(FileNetwork other, TensorFile file) {
    return names.entrySet().stream()
        .allMatch(
            entry ->
                Arrays.equals(file.read(entry.getValue()), file.read(other.name(entry.getKey()))));
  }

  /** Such as {@code state_dict.module. (62 tensors)}. */
  @Override
  public String toString() {
    return (prefix.isEmpty() ? "(no prefix)" : PickleValues.shortened(prefix))
        + " ("
        + tensors()
        + " tensors)";
  }

  static ImmutableList<String> shown(Iterable<FileNetwork> networks) {
    return ImmutableList.copyOf(networks).stream()
        .map(FileNetwork::toString)
        .collect(toImmutableList());
  }
}
