package dev.eman.weights;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The values that a pickle builds. Python's text, numbers, lists and dictionaries are Java's; the
 * others are here.
 */
final class PickleValues {
  /** None. */
  static final Object NONE = new NamedConstant("None");

  /** PyTorch's limit on a tensor's dimensions. */
  private static final int MOST_DIMENSIONS = 64;

  private static final int MOST_SHOWN = 100;

  private record NamedConstant(String name) {}

  /** A Python tuple or set: its elements, in an immutable list. */
  record Tuple(List<Object> items) {
    Object get(int index) throws PickleException {
      if (index >= items.size()) {
        throw new PickleException("a tuple of " + items.size() + " elements is too short");
      }
      return items.get(index);
    }
  }

  /** A class or function by name: text and nothing else. The parts are shared, never joined. */
  record Global(String module, String name) {
    String shown() {
      return shortened(shortened(module) + "." + shortened(name));
    }
  }

  /**
   * What stands for an object of a class that this machine does not build. It keeps what the object
   * would have been made of, only to tell whether tensors are among that.
   */
  static final class Unbuilt {
    private final Global type;
    private final List<Object> parts = new ArrayList<>(2);

    Unbuilt(Global type, Object part) {
      this.type = type;
      parts.add(part);
    }

    Global type() {
      return type;
    }

    List<Object> parts() {
      return parts;
    }
  }

  /** A key that is neither text nor a number; equal only to itself. */
  static final class OddKey {
    private final String kind;

    OddKey(String kind) {
      this.kind = kind;
    }

    /** Such as "a list or tuple". */
    String kind() {
      return kind;
    }
  }

  private PickleValues() {}

  /** Whether a value is text, a number, true, false or None: it holds no other. */
  static boolean isPlain(Object value) {
    return value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof NamedConstant;
  }

  /**
   * A key as it is kept in a dictionary. Lists and dictionaries are no keys in Python either, and
   * are never hashed, which might have no end: they can contain themselves.
   */
  static Object key(Object value) throws PickleException {
    if (!isPlain(value) && !(value instanceof List) && !(value instanceof Map)) {
      return new OddKey(kind(value)); // A tensor too: pickled optimisers have parameters as keys.
    }
    name(value); // Throws if the key has no name.
    return value;
  }

  /**
   * A key as text. Never calls toString on a list or dictionary, whose text may be endless: they
   * can contain themselves, or one value many times.
   */
  static String name(Object key) throws PickleException {
    if (key instanceof String || key instanceof Long || key instanceof Boolean) {
      return key.toString();
    }
    if (key instanceof Double || key instanceof NamedConstant) {
      return key == NONE ? "None" : key.toString();
    }
    throw new PickleException("expected text or a number as a key, found " + kind(key));
  }

  /** Describes a value's kind, without its content. */
  static String kind(Object value) {
    if (value instanceof Map) {
      return "a dictionary";
    }
    if (value instanceof List || value instanceof Tuple) {
      return "a list or tuple";
    }
    if (value instanceof BigInteger number) {
      return "a number of " + number.bitLength() + " bits";
    }
    if (value instanceof Long || value instanceof Double) {
      return value.toString();
    }
    if (value instanceof Unbuilt object) {
      return object.type().shown();
    }
    if (value instanceof Global global) {
      return global.shown();
    }
    return value instanceof String ? "text" : "another value";
  }

  /** Requires text. */
  static String text(Object value) throws PickleException {
    if (value instanceof String text) {
      return text;
    }
    throw new PickleException("expected text, found " + kind(value));
  }

  /** Requires a whole number. */
  static long wholeNumber(Object value) throws PickleException {
    if (value instanceof Long number) {
      return number;
    }
    throw new PickleException("expected a whole number");
  }

  /** The whole numbers of a tuple or list: sizes or strides. */
  static List<Long> wholeNumbers(Object value) throws PickleException {
    List<Object> items = items(value);
    if (items.size() > MOST_DIMENSIONS) {
      throw new PickleException("a tensor has " + items.size() + " dimensions");
    }
    List<Long> numbers = new ArrayList<>();
    for (Object item : items) {
      numbers.add(wholeNumber(item));
    }
    return numbers;
  }

  /** The elements of a tuple or list. */
  static List<Object> items(Object value) throws PickleException {
    return value instanceof Tuple tuple ? tuple.items() : list(value);
  }

  /** Requires a list. */
  @SuppressWarnings("unchecked") // The machine makes no others.
  static List<Object> list(Object value) throws PickleException {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw new PickleException("expected a list");
  }

  /** Requires a dictionary. */
  @SuppressWarnings("unchecked") // The machine makes no others.
  static Map<Object, Object> map(Object value) throws PickleException {
    if (value instanceof Map<?, ?> map) {
      return (Map<Object, Object>) map;
    }
    throw new PickleException("expected a dictionary, found " + kind(value));
  }

  /** Adds keys and values, one after the other. */
  static void putAll(Map<Object, Object> map, List<Object> items) throws PickleException {
    if (items.size() % 2 != 0) {
      throw new PickleException("expected keys with values, found one without");
    }
    for (int i = 0; i < items.size(); i += 2) {
      map.put(key(items.get(i)), items.get(i + 1));
    }
  }

  /** Shortens text from the file, for a message. */
  static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + " ...";
  }
}
