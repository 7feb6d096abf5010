package dev.eman.weights;

import com.google.common.collect.ImmutableMap;
import dev.eman.weights.PickleValues.Global;
import dev.eman.weights.PickleValues.OddKey;
import dev.eman.weights.PickleValues.Tuple;
import dev.eman.weights.PickleValues.Unbuilt;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the tensors in nested dictionaries and lists, and names them by their path; so too what is
 * there beside them and is not read.
 */
final class TensorTree {
  private static final int DEEPEST = 32;

  /** Each has a name, if it is not within an object. */
  private static final int MOST_VALUES = 1 << 20;

  private static final int MOST_SHOWN = 5;
  private static final String ADVICE = "save the state_dict alone in Python";

  /** Maximum length of all names together; one long prefix may occur in many names. */
  private static final long MOST_CHARACTERS = 1L << 25;

  private final Map<String, PyTorchStorage.View> found = new LinkedHashMap<>();
  private final Map<String, Unread> unread = new LinkedHashMap<>();

  /** Lists, dictionaries and objects whose elements were gone through. */
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private int values;
  private long characters;

  private TensorTree() {}

  /**
   * The tree of a pickle's value.
   *
   * @throws PickleException if it is nested without an end, has too many values that are no text or
   *     numbers, or has tensors only within objects
   */
  static TensorTree of(Object root) throws PickleException {
    TensorTree tree = new TensorTree();
    tree.add("", root, 0);
    if (tree.found.isEmpty() && !tree.unread.isEmpty()) {
      throw PickleException.noTensors(tree.objects());
    }
    return tree;
  }

  ImmutableMap<String, PyTorchStorage.View> tensors() {
    return ImmutableMap.copyOf(found);
  }

  ImmutableMap<String, Unread> unread() {
    return ImmutableMap.copyOf(unread);
  }

  private String objects() {
    return unread.values().stream()
        .sorted(Comparator.comparing(value -> !value.tensors())) // What holds tensors comes first.
        .map(Unread::what)
        .distinct()
        .limit(MOST_SHOWN)
        .collect(Collectors.joining(", "));
  }

  private void add(String path, Object value, int depth) throws PickleException {
    if (depth > DEEPEST) {
      throw new PickleException(
          "its dictionaries and lists are nested more than " + DEEPEST + " deep; " + ADVICE);
    }
    count();
    characters += path.length();
    if (characters > MOST_CHARACTERS) {
      throw new PickleException("its names take more than " + MOST_CHARACTERS + " characters");
    }
    if (value instanceof PyTorchStorage.View view) {
      add(path, view);
    } else if (value instanceof Unbuilt object) {
      unread.put(path, new Unread(object.type().shown(), holdsTensors(object)));
    } else if (value instanceof Global global) {
      unread.put(path, new Unread(global.shown(), false));
    } else if (value instanceof Map<?, ?> map) {
      boolean first = seen.add(map);
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (!passesOver(entry.getValue(), first)) {
          addEntry(path, entry.getKey(), entry.getValue(), depth);
        }
      }
    } else {
      List<?> items =
          value instanceof Tuple tuple
              ? tuple.items()
              : value instanceof List<?> list ? list : List.of();
      boolean first = seen.add(value);
      for (int i = 0; i < items.size(); i++) {
        if (!passesOver(items.get(i), first)) {
          add(join(path, Integer.toString(i)), items.get(i), depth + 1);
        }
      }
    }
  }

  /**
   * Whether an element is text, a number or the like, which holds nothing. There may be millions of
   * these, as in a list of the images that a training drew, so they do not count; but they do where
   * their list is met again, which a short file may have happen without an end.
   *
   * @param first whether the list or dictionary was not met before
   */
  private boolean passesOver(Object element, boolean first) throws PickleException {
    boolean plain = PickleValues.isPlain(element);
    if (plain && !first) {
      count();
    }
    return plain;
  }

  private void add(String path, PyTorchStorage.View view) throws PickleException {
    if (!view.storage().type().isRead()) {
      unread.put(path, new Unread("a tensor of " + view.storage().type().name(), true));
    } else if (view.repeats()) {
      unread.put(
          path, new Unread("a tensor of repeated elements, to be saved with .contiguous()", true));
    } else if (found.putIfAbsent(path, view) != null) {
      throw new PickleException("two tensors are named " + PickleValues.shortened(path));
    }
  }

  private void addEntry(String path, Object key, Object value, int depth) throws PickleException {
    if (key instanceof OddKey odd) {
      // Without a name nothing in it can be asked for.
      if (holdsTensors(value)) {
        unread.put(join(path, "(" + odd.kind() + ")"), new Unread("a key that is no text", true));
      }
    } else {
      add(join(path, PickleValues.name(key)), value, depth + 1);
    }
  }

  /** Whether a tensor is somewhere in a value. Objects may refer to one another in circles. */
  private boolean holdsTensors(Object root) throws PickleException {
    Set<Object> here = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> open = new ArrayDeque<>();
    open.add(root);
    while (!open.isEmpty()) {
      Object value = open.removeLast();
      if (value instanceof PyTorchStorage.View || value instanceof PyTorchStorage) {
        return true;
      }
      Collection<?> parts = parts(value);
      if (!parts.isEmpty() && here.add(value)) {
        boolean first = seen.add(value);
        for (Object part : parts) {
          if (!passesOver(part, first)) {
            count();
            open.add(part);
          }
        }
      }
    }
    return false;
  }

  private static Collection<?> parts(Object value) {
    if (value instanceof Unbuilt object) {
      return object.parts();
    }
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    if (value instanceof Map<?, ?> map) {
      return map.values();
    }
    return value instanceof List<?> list ? list : List.of();
  }

  private void count() throws PickleException {
    if (++values > MOST_VALUES) {
      throw new PickleException(
          "it has more than "
              + MOST_VALUES
              + " tensors, lists, dictionaries and objects, each counted wherever it is referred"
              + " to; "
              + ADVICE);
    }
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
