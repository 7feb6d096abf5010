package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.datasets.DatasetException;
import org.jspecify.annotations.Nullable;

/** Finds a class's position in a list. */
final class ClassLabels {
  private final ImmutableList<String> names;
  private final ImmutableMap<String, Integer> labels;

  /** The names must differ from each other. */
  ClassLabels(ImmutableList<String> names) {
    ImmutableMap.Builder<String, Integer> builder = ImmutableMap.builder();
    for (int i = 0; i < names.size(); i++) {
      builder.put(names.get(i), i);
    }
    this.names = names;
    this.labels = builder.buildOrThrow();
  }

  ImmutableList<String> names() {
    return names;
  }

  /**
   * The label of a class.
   *
   * @param where it was found, for the message
   * @throws DatasetException if the class is not in the list
   */
  int label(String name, String where) {
    @Nullable Integer label = labels.get(name);
    if (label == null) {
      throw new DatasetException(
          where
              + ": expected one of the "
              + names.size()
              + " classes, "
              + names.get(0)
              + " to "
              + names.get(names.size() - 1)
              + ", found "
              + name
              + "; remove it, or complete the images to train on");
    }
    return label;
  }
}
