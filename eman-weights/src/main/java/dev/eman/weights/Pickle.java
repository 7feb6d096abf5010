package dev.eman.weights;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Longs;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads Python's pickles as data: dictionaries, lists, tuples, text, numbers, and PyTorch's
 * tensors. A pickle is a program; this machine implements the instructions that build such values,
 * and rejects every other class or function by name before it is used. Nothing is ever looked up or
 * executed.
 */
final class Pickle {
  /** None. */
  static final Object NONE = new NamedConstant("None");

  /** A Python tuple or set: its elements, in an immutable list. */
  record Tuple(List<Object> items) {
    Object get(int index) throws PickleException {
      if (index >= items.size()) {
        throw new PickleException("a tuple of " + items.size() + " elements is too short");
      }
      return items.get(index);
    }
  }

  /** A class or function by name. */
  private record Global(String name) {}

  private record NamedConstant(String name) {}

  /** Says what is wrong with a pickle. */
  static final class PickleException extends Exception {
    private static final long serialVersionUID = 1L;

    PickleException(String message) {
      super(message);
    }
  }

  /** Resolves storages and builds tensors. */
  interface Tensors {
    /** Returns the storage that a persistent id names. */
    Object storage(Tuple id) throws PickleException;

    /** {@code torch._utils._rebuild_tensor_v2}. */
    Object tensor(Tuple arguments) throws PickleException;
  }

  private static final ImmutableSet<String> MAPPINGS =
      ImmutableSet.of("collections.OrderedDict", "collections.Counter");
  private static final ImmutableSet<String> AS_THEY_ARE =
      ImmutableSet.of("torch.Size", "torch.device", "torch._utils._rebuild_parameter");
  private static final String TENSOR = "torch._utils._rebuild_tensor_v2";

  private static final int MOST_DIGITS = 256;

  /**
   * Maximum number of values, copies and remembered values: each takes about 65 bytes of memory and
   * may come from a single byte of the file. A tensor takes about 30.
   */
  private static final int MOST_VALUES = 1 << 21;

  /** PyTorch's limit on a tensor's dimensions. */
  private static final int MOST_DIMENSIONS = 64;

  private static final int MOST_SHOWN = 100;

  private final ByteBuffer in;
  private final Tensors tensors;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private int values;

  private Pickle(ByteBuffer in, Tensors tensors) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    this.tensors = tensors;
  }

  /**
   * Reads one pickle.
   *
   * @param in read from its position on; the position advances past the pickle
   * @throws PickleException if it ends too early, is damaged, or holds anything but data
   */
  static Object read(ByteBuffer in, Tensors tensors) throws PickleException {
    try {
      return new Pickle(in, tensors).run();
    } catch (BufferUnderflowException e) {
      throw new PickleException("it ends too early");
    } catch (ArithmeticException | NumberFormatException e) {
      throw new PickleException(
          "a number in it is damaged: " + shortened(String.valueOf(e.getMessage())));
    }
  }

  private Object run() throws PickleException {
    while (true) {
      int code = in.get() & 0xff;
      switch (code) {
        case '.' -> {
          return pop();
        }
        case 0x80 -> in.get(); // PROTO
        case 0x95 -> in.getLong(); // FRAME
        case '(' -> {
          spend(1);
          marks.add(stack.size());
        }
        case '0' -> pop();
        case '1' -> popMark();
        case '2' -> push(peek());
        case 'N' -> push(NONE);
        case 0x88 -> push(true);
        case 0x89 -> push(false);
        case 'I' -> push(decimal(line()));
        case 'L' -> {
          String digits = line();
          push(decimal(digits.endsWith("L") ? digits.substring(0, digits.length() - 1) : digits));
        }
        case 'J' -> push((long) in.getInt());
        case 'K' -> push((long) (in.get() & 0xff));
        case 'M' -> push((long) (in.getShort() & 0xffff));
        case 0x8a -> push(integer(in.get() & 0xff));
        case 0x8b -> push(integer(size(in.getInt())));
        case 'F' -> push(Double.parseDouble(line()));
        case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
        case 'V' -> push(line());
        case 'S' -> push(unquoted(line()));
        case 'X', 'T' -> push(text(size(in.getInt())));
        case 0x8c, 'U' -> push(text(in.get() & 0xff));
        case 0x8d -> push(text(size(in.getLong())));
        case 'B' -> push(bytes(size(in.getInt())));
        case 'C' -> push(bytes(in.get() & 0xff));
        case 0x8e, 0x96 -> push(bytes(size(in.getLong())));
        case ']', 0x8f -> push(new ArrayList<>());
        case 'a' -> {
          Object value = pop();
          list(peek()).add(value);
        }
        case 'e', 0x90 -> {
          List<Object> items = popMark();
          list(peek()).addAll(items);
        }
        case 'l' -> push(popMark());
        case ')' -> push(new Tuple(List.of()));
        case 't', 0x91 -> push(new Tuple(Collections.unmodifiableList(popMark())));
        case 0x85 -> push(popTuple(1));
        case 0x86 -> push(popTuple(2));
        case 0x87 -> push(popTuple(3));
        case '}' -> push(new LinkedHashMap<>());
        case 'd' -> {
          Map<Object, Object> map = new LinkedHashMap<>();
          putAll(map, popMark());
          push(map);
        }
        case 's' -> {
          Object value = pop();
          Object key = pop();
          putAll(map(peek()), List.of(key, value));
        }
        case 'u' -> {
          List<Object> items = popMark();
          putAll(map(peek()), items);
        }
        case 'c' -> push(global(line(), line()));
        case 0x93 -> {
          Object name = pop();
          push(global(text(pop()), text(name)));
        }
        case 'R', 0x81 -> {
          Object arguments = pop();
          push(call(pop(), arguments));
        }
        case 'b' -> {
          pop(); // The metadata of a state dict, whose values have been read already.
          map(peek());
        }
        case 'Q' -> {
          if (pop() instanceof Tuple id) {
            push(tensors.storage(id));
          } else {
            throw new PickleException("expected a tuple that names a storage");
          }
        }
        case 'p' -> remember(number(line()));
        case 'q' -> remember(in.get() & 0xff);
        case 'r' -> remember(in.getInt() & 0xffffffffL);
        case 0x94 -> remember(memo.size());
        case 'g' -> push(remembered(number(line())));
        case 'h' -> push(remembered(in.get() & 0xff));
        case 'j' -> push(remembered(in.getInt() & 0xffffffffL));
        default -> throw refused(code);
      }
    }
  }

  /** Describes instructions that build objects, and unknown instructions. */
  private PickleException refused(int code) throws PickleException {
    String what =
        switch (code) {
          case 'i' -> "the object " + line() + "." + line();
          case 'o', 0x92 -> "an object of a class";
          case 'P' -> "the persistent name " + line();
          case 0x82, 0x83, 0x84 -> "an extension object";
          default -> null;
        };
    return what == null
        ? new PickleException(String.format("expected an instruction, found byte 0x%02x", code))
        : notData(what);
  }

  static PickleException notData(String what) {
    return new PickleException(
        "it holds "
            + shortened(what)
            + ", which is code and not data: nothing was executed. Save the state_dict alone in"
            + " Python, torch.save(model.state_dict(), ...), and use that file");
  }

  private Object global(String module, String name) throws PickleException {
    String full = module + "." + name;
    if (full.equals(TENSOR)
        || MAPPINGS.contains(full)
        || AS_THEY_ARE.contains(full)
        || PyTorchStorage.isStorage(full)) {
      return new Global(full);
    }
    throw notData(full);
  }

  private Object call(Object function, Object argument) throws PickleException {
    if (!(function instanceof Global global) || !(argument instanceof Tuple arguments)) {
      throw new PickleException("expected a known function and a tuple to call it with");
    }
    if (global.name.equals(TENSOR)) {
      return tensor(arguments);
    }
    if (MAPPINGS.contains(global.name)) {
      return mapping(arguments);
    }
    if (AS_THEY_ARE.contains(global.name)) {
      return arguments.get(0);
    }
    throw notData("a call of " + global.name);
  }

  /** Copies a dictionary and counts its values, because one dictionary may be copied many times. */
  private Map<Object, Object> mapping(Tuple arguments) throws PickleException {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.items.isEmpty()) {
      return map;
    }
    Object content = arguments.get(0);
    if (content instanceof Map<?, ?> other) {
      spend(other.size());
      map.putAll(other);
    } else {
      for (Object pair : list(content)) {
        List<Object> items = items(pair);
        spend(items.size());
        putAll(map, items);
      }
    }
    return map;
  }

  private Object tensor(Tuple arguments) throws PickleException {
    spend(items(arguments.get(2)).size() + items(arguments.get(3)).size());
    return tensors.tensor(arguments);
  }

  /** The name of a storage's class in a persistent id. */
  static String globalName(Object value) throws PickleException {
    if (value instanceof Global global) {
      return global.name;
    }
    throw new PickleException("expected the class of a storage");
  }

  private void push(Object value) throws PickleException {
    spend(1);
    stack.add(value);
  }

  private void remember(long index) throws PickleException {
    spend(1);
    memo.put(index, peek());
  }

  private void spend(int more) throws PickleException {
    if (more > MOST_VALUES - values) {
      throw new PickleException(
          "it builds more than "
              + MOST_VALUES
              + " values, more than any network's weights need; save the state_dict alone in"
              + " Python");
    }
    values += more;
  }

  private Object peek() throws PickleException {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (stack.size() <= floor) {
      throw new PickleException("an instruction finds nothing on the stack");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws PickleException {
    Object top = peek();
    stack.remove(stack.size() - 1);
    return top;
  }

  private List<Object> popMark() throws PickleException {
    if (marks.isEmpty()) {
      throw new PickleException("an instruction finds no mark on the stack");
    }
    int from = marks.remove(marks.size() - 1);
    List<Object> top = stack.subList(from, stack.size());
    List<Object> items = new ArrayList<>(top);
    top.clear();
    return items;
  }

  private Tuple popTuple(int size) throws PickleException {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    return new Tuple(List.of(items));
  }

  private static void putAll(Map<Object, Object> map, List<Object> items) throws PickleException {
    if (items.size() % 2 != 0) {
      throw new PickleException("expected keys with values, found one without");
    }
    for (int i = 0; i < items.size(); i += 2) {
      Object key = items.get(i);
      name(key); // Throws if the key has no name.
      map.put(key, items.get(i + 1));
    }
  }

  @SuppressWarnings("unchecked") // This machine makes no others.
  private static List<Object> list(Object value) throws PickleException {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw new PickleException("expected a list");
  }

  @SuppressWarnings("unchecked") // This machine makes no others.
  private static Map<Object, Object> map(Object value) throws PickleException {
    if (value instanceof Map<?, ?> map) {
      return (Map<Object, Object>) map;
    }
    throw new PickleException("expected a dictionary, found an object with a state of its own");
  }

  /** Requires text. */
  private static String text(Object value) throws PickleException {
    if (value instanceof String text) {
      return text;
    }
    throw new PickleException("expected text, found " + kind(value));
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
    return value instanceof String ? "text" : "another value";
  }

  private Object remembered(long index) throws PickleException {
    Object value = memo.get(index);
    if (value == null) {
      throw new PickleException("it refers to value " + index + ", which it does not have");
    }
    return value;
  }

  private int size(long size) throws PickleException {
    if (size < 0 || size > in.remaining()) {
      throw new PickleException(
          "it claims " + size + " bytes where " + in.remaining() + " are left");
    }
    return (int) size;
  }

  private byte[] bytes(int length) throws PickleException {
    byte[] bytes = new byte[size(length)];
    in.get(bytes);
    return bytes;
  }

  private String text(int length) throws PickleException {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  private String line() {
    int from = in.position();
    while (in.get() != '\n') {
      // Until the end of the line, or of the buffer, which throws.
    }
    byte[] line = new byte[in.position() - from - 1];
    in.get(from, line);
    return new String(line, StandardCharsets.UTF_8);
  }

  private static String unquoted(String quoted) {
    return quoted.length() < 2 ? quoted : quoted.substring(1, quoted.length() - 1);
  }

  private Object integer(int length) throws PickleException {
    byte[] little = bytes(length);
    if (length == 0) {
      return 0L;
    }
    for (int i = 0; i < length / 2; i++) {
      byte swapped = little[i];
      little[i] = little[length - 1 - i];
      little[length - 1 - i] = swapped;
    }
    BigInteger value = new BigInteger(little);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private static Object decimal(String digits) throws PickleException {
    if (digits.equals("00") || digits.equals("01")) {
      return digits.equals("01");
    }
    if (digits.length() > MOST_DIGITS) {
      throw new PickleException("a number has " + digits.length() + " digits");
    }
    BigInteger value = new BigInteger(digits);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private static long number(String digits) throws PickleException {
    Long value = Longs.tryParse(digits);
    if (value == null) {
      throw new PickleException("expected a number, found " + shortened(digits));
    }
    return value;
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

  private static List<Object> items(Object value) throws PickleException {
    return value instanceof Tuple tuple ? tuple.items : list(value);
  }

  /** Shortens text from the file, for a message. */
  static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + " ...";
  }
}
