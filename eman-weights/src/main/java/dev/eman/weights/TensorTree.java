package dev.eman.weights;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the tensors in nested dictionaries and lists, and names them by their path. */
final class TensorTree {
  private static final int DEEPEST = 32;
  private static final int MOST_VALUES = 1 << 20;

  /** Maximum length of all names together; one long prefix may occur in many names. */
  private static final long MOST_CHARACTERS = 1L << 25;

  private final Map<String, PyTorchStorage.View> found = new LinkedHashMap<>();
  private int values;
  private long characters;

  private TensorTree() {}

  static ImmutableMap<String, PyTorchStorage.View> of(Object root) throws Pickle.PickleException {
    TensorTree tree = new TensorTree();
    tree.add("", root, 0);
    return ImmutableMap.copyOf(tree.found);
  }

  private void add(String path, Object value, int depth) throws Pickle.PickleException {
    if (depth > DEEPEST || ++values > MOST_VALUES) {
      throw new Pickle.PickleException("its dictionaries are nested too deeply or endlessly");
    }
    characters += path.length();
    if (characters > MOST_CHARACTERS) {
      throw new Pickle.PickleException(
          "its names take more than " + MOST_CHARACTERS + " characters");
    }
    if (value instanceof PyTorchStorage.View view) {
      if (found.putIfAbsent(path, view) != null) {
        throw new Pickle.PickleException("two tensors are named " + Pickle.shortened(path));
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        add(join(path, Pickle.name(entry.getKey())), entry.getValue(), depth + 1);
      }
    } else {
      List<?> items =
          value instanceof Pickle.Tuple tuple
              ? tuple.items()
              : value instanceof List<?> list ? list : List.of();
      for (int i = 0; i < items.size(); i++) {
        add(join(path, Integer.toString(i)), items.get(i), depth + 1);
      }
    }
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
