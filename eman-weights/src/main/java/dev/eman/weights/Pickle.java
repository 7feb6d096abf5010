package dev.eman.weights;

import dev.eman.weights.PickleValues.Global;
import dev.eman.weights.PickleValues.Tuple;
import dev.eman.weights.PickleValues.Unbuilt;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads Python's pickles as data: dictionaries, lists, tuples, text, numbers, and PyTorch's
 * tensors. A pickle is a program; this machine follows the instructions that build such values. Any
 * other object is passed over unbuilt: an inert {@link Unbuilt} with its class's name takes its
 * place. Nothing is ever looked up or executed.
 */
final class Pickle {
  /** Resolves storages and builds tensors. */
  interface Tensors {
    /** Returns the storage that a persistent id names. */
    Object storage(Tuple id) throws PickleException;

    /** {@code torch._utils._rebuild_tensor_v2}. */
    Object tensor(Tuple arguments) throws PickleException;
  }

  private final PickleInput in;
  private final Tensors tensors;
  private final PickleBudget budget = new PickleBudget();
  private final PickleCalls calls;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();

  private Pickle(ByteBuffer in, Tensors tensors) {
    this.in = new PickleInput(in);
    this.tensors = tensors;
    this.calls = new PickleCalls(tensors, budget);
  }

  /**
   * Reads one pickle.
   *
   * @param in read from its position on; the position advances past the pickle
   * @throws PickleException if it ends too early or is damaged
   */
  static Object read(ByteBuffer in, Tensors tensors) throws PickleException {
    try {
      return new Pickle(in, tensors).run();
    } catch (BufferUnderflowException e) {
      throw new PickleException("it ends too early");
    } catch (ArithmeticException | NumberFormatException e) {
      throw new PickleException(
          "a number in it is damaged: " + PickleValues.shortened(String.valueOf(e.getMessage())));
    }
  }

  private Object run() throws PickleException {
    while (true) {
      int code = in.unsignedByte();
      if (code == '.') {
        return pop();
      }
      if (!constant(code) && !container(code) && !object(code) && !memory(code)) {
        throw refused(code);
      }
    }
  }

  /** Text, numbers and the like. */
  private boolean constant(int code) throws PickleException {
    switch (code) {
      case 'N' -> push(PickleValues.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'I' -> push(in.decimal());
      case 'L' -> push(in.longDecimal());
      case 'J' -> push((long) in.signedInt());
      case 'K' -> push((long) in.unsignedByte());
      case 'M' -> push((long) in.unsignedShort());
      case 0x8a -> push(in.integer(in.unsignedByte()));
      case 0x8b -> push(in.integer(in.signedInt()));
      case 'F' -> push(Double.parseDouble(in.line()));
      case 'G' -> push(in.bigEndianDouble());
      case 'V' -> push(in.line());
      case 'S' -> push(in.quotedLine());
      case 'X', 'T' -> push(in.text(in.signedInt()));
      case 0x8c, 'U' -> push(in.text(in.unsignedByte()));
      case 0x8d -> push(in.text(in.signedLong()));
      case 'B' -> push(in.bytes(in.signedInt()));
      case 'C' -> push(in.bytes(in.unsignedByte()));
      case 0x8e, 0x96 -> push(in.bytes(in.signedLong()));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Lists, sets, tuples and dictionaries, and what is put into them. */
  private boolean container(int code) throws PickleException {
    switch (code) {
      case ']', 0x8f -> push(new ArrayList<>());
      case 'a' -> {
        Object value = pop();
        elements().add(value);
      }
      case 'e', 0x90 -> {
        List<Object> items = popMark();
        elements().addAll(items);
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
        PickleValues.putAll(map, popMark());
        push(map);
      }
      case 's' -> {
        Object value = pop();
        Object key = pop();
        put(List.of(key, value));
      }
      case 'u' -> put(popMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Names of classes and functions, calls, and objects. */
  private boolean object(int code) throws PickleException {
    switch (code) {
      case 'c' -> push(PickleCalls.global(in.line(), in.line()));
      case 0x93 -> {
        Object name = pop();
        push(PickleCalls.global(PickleValues.text(pop()), PickleValues.text(name)));
      }
      case 'R', 0x81 -> {
        Object arguments = pop();
        push(calls.call(pop(), arguments));
      }
      case 0x92 -> { // Named arguments, too.
        Object named = pop();
        Object arguments = pop();
        Object made = calls.call(pop(), arguments);
        if (made instanceof Unbuilt unbuilt) {
          unbuilt.parts().add(named);
        }
        push(made);
      }
      case 'i' -> {
        Global type = PickleCalls.global(in.line(), in.line());
        push(calls.call(type, new Tuple(popMark())));
      }
      case 'o' -> {
        List<Object> items = popMark();
        Object type = new Tuple(items).get(0);
        push(calls.call(type, new Tuple(items.subList(1, items.size()))));
      }
      case 'b' -> {
        Object state = pop();
        if (peek() instanceof Unbuilt object) {
          object.parts().add(state);
        } // Else the metadata of a state dict, whose values have been read already.
      }
      case 'Q' -> {
        Object id = pop();
        if (!(id instanceof Tuple tuple)) {
          throw new PickleException("expected a tuple that names a storage");
        }
        push(tensors.storage(tuple));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** The stack and the remembered values. */
  private boolean memory(int code) throws PickleException {
    switch (code) {
      case 0x80 -> in.unsignedByte(); // PROTO
      case 0x95 -> in.signedLong(); // FRAME
      case '(' -> {
        budget.spend(1);
        marks.add(stack.size());
      }
      case '0' -> pop();
      case '1' -> popMark();
      case '2' -> push(peek());
      case 'p' -> remember(in.index());
      case 'q' -> remember(in.unsignedByte());
      case 'r' -> remember(in.unsignedInt());
      case 0x94 -> remember(memo.size());
      case 'g' -> push(remembered(in.index()));
      case 'h' -> push(remembered(in.unsignedByte()));
      case 'j' -> push(remembered(in.unsignedInt()));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Describes instructions that this machine does not follow, and unknown ones. */
  private PickleException refused(int code) {
    return switch (code) {
      case 'P' -> PickleException.notData("the persistent name " + in.line());
      case 0x82, 0x83, 0x84 -> PickleException.notData("an extension object");
      default ->
          new PickleException(
              String.format(Locale.ROOT, "expected an instruction, found byte 0x%02x", code));
    };
  }

  /** Where elements are added: the list on the stack, or what an unbuilt object is made of. */
  private List<Object> elements() throws PickleException {
    return peek() instanceof Unbuilt object ? object.parts() : PickleValues.list(peek());
  }

  private void put(List<Object> items) throws PickleException {
    if (peek() instanceof Unbuilt object) {
      object.parts().addAll(items);
    } else {
      PickleValues.putAll(PickleValues.map(peek()), items);
    }
  }

  private void push(Object value) throws PickleException {
    budget.spend(1);
    stack.add(value);
  }

  private void remember(long index) throws PickleException {
    budget.spend(1);
    memo.put(index, peek());
  }

  private Object remembered(long index) throws PickleException {
    Object value = memo.get(index);
    if (value == null) {
      throw new PickleException("it refers to value " + index + ", which it does not have");
    }
    return value;
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
}
