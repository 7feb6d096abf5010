package dev.eman.weights;

import com.google.common.collect.ImmutableSet;
import dev.eman.weights.PickleValues.Global;
import dev.eman.weights.PickleValues.Tuple;
import dev.eman.weights.PickleValues.Unbuilt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle's calls give. Tensors and dictionaries are built; a call of anything else gives an
 * {@link Unbuilt} that stands for its result. No name is ever looked up and nothing is called.
 */
final class PickleCalls {
  private static final Global TENSOR = new Global("torch._utils", "_rebuild_tensor_v2");

  /** Before PyTorch 0.4. */
  private static final Global OLD_TENSOR = new Global("torch._utils", "_rebuild_tensor");

  private static final Global TYPED_TENSOR = new Global("torch._utils", "_rebuild_tensor_v3");

  /** Of tensors with attributes, or of a class of their own. */
  private static final ImmutableSet<Global> SUBCLASSES =
      ImmutableSet.of(
          new Global("torch._tensor", "_rebuild_from_type_v2"),
          new Global("torch.tensor", "_rebuild_from_type_v2"));

  private static final Global DEFAULT_DICT = new Global("collections", "defaultdict");

  private static final ImmutableSet<Global> MAPPINGS =
      ImmutableSet.of(
          new Global("collections", "OrderedDict"), new Global("collections", "Counter"));

  /** Their first argument is their value. */
  private static final ImmutableSet<Global> AS_THEY_ARE =
      ImmutableSet.of(
          new Global("torch", "Size"),
          new Global("torch", "device"),
          new Global("torch._utils", "_rebuild_parameter"),
          new Global("torch._utils", "_rebuild_parameter_with_state"));

  /** Their first argument is the class of the object. */
  private static final ImmutableSet<Global> MAKERS =
      ImmutableSet.of(
          new Global("copyreg", "_reconstructor"),
          new Global("copy_reg", "_reconstructor"),
          new Global("copyreg", "__newobj__"),
          new Global("copyreg", "__newobj_ex__"),
          new Global("builtins", "getattr"), // A member of an enumeration.
          new Global("__builtin__", "getattr"));

  /**
   * Modules that no honest checkpoint names. Nothing of them could run here, but a file that would
   * run it in Python is to be refused and not to be used without its user's notice.
   */
  private static final ImmutableSet<String> PROGRAMS =
      ImmutableSet.of(
          "os",
          "posix",
          "nt",
          "subprocess",
          "sys",
          "pty",
          "socket",
          "shutil",
          "runpy",
          "importlib",
          "ctypes",
          "webbrowser");

  private static final ImmutableSet<String> BUILTINS =
      ImmutableSet.of("builtins", "__builtin__", "__builtins__");
  private static final ImmutableSet<String> RUNNING_BUILTINS =
      ImmutableSet.of("eval", "exec", "execfile", "compile", "open", "input", "__import__");

  private final Pickle.Tensors tensors;
  private final PickleBudget budget;

  PickleCalls(Pickle.Tensors tensors, PickleBudget budget) {
    this.tensors = tensors;
    this.budget = budget;
  }

  /** A class or function by its name. */
  static Global global(String module, String name) throws PickleException {
    Global global = new Global(module, name);
    if (PROGRAMS.contains(module)
        || (BUILTINS.contains(module) && RUNNING_BUILTINS.contains(name))) {
      throw PickleException.notData(global.shown());
    }
    return global;
  }

  /** The result of calling a function, or of making an object of a class. */
  Object call(Object function, Object argument) throws PickleException {
    if (function instanceof Unbuilt unknown) {
      unknown.parts().add(argument); // Whatever it would give holds at most both.
      return unknown;
    }
    if (!(function instanceof Global global)) {
      throw new PickleException(
          "expected a function to call, found " + PickleValues.kind(function));
    }
    if (argument instanceof Unbuilt) {
      return new Unbuilt(global, argument);
    }
    if (!(argument instanceof Tuple arguments)) {
      throw new PickleException(
          "expected a tuple of arguments, found " + PickleValues.kind(argument));
    }
    return call(global, arguments);
  }

  private Object call(Global global, Tuple arguments) throws PickleException {
    if (global.equals(TENSOR) || global.equals(OLD_TENSOR)) {
      return tensor(arguments);
    }
    if (SUBCLASSES.contains(global)
        && arguments.get(0).equals(TENSOR)
        && arguments.get(2) instanceof Tuple own) {
      return tensor(own);
    }
    if (global.equals(TYPED_TENSOR) && arguments.get(6) instanceof Global type) {
      return new Unbuilt(type, arguments);
    }
    if (MAPPINGS.contains(global)) {
      return mapping(global, arguments);
    }
    if (global.equals(DEFAULT_DICT)) {
      return new LinkedHashMap<>(); // The argument makes values for missing keys.
    }
    if (AS_THEY_ARE.contains(global)) {
      return arguments.get(0);
    }
    boolean made = MAKERS.contains(global) && arguments.get(0) instanceof Global;
    return new Unbuilt(made ? (Global) arguments.get(0) : global, arguments);
  }

  private Object tensor(Tuple arguments) throws PickleException {
    if (arguments.get(0) instanceof Unbuilt) {
      return new Unbuilt(TENSOR, arguments);
    }
    budget.spend(
        PickleValues.items(arguments.get(2)).size() + PickleValues.items(arguments.get(3)).size());
    return tensors.tensor(arguments);
  }

  /** Copies a dictionary and counts its values, because one dictionary may be copied many times. */
  private Object mapping(Global type, Tuple arguments) throws PickleException {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.items().isEmpty()) {
      return map;
    }
    Object content = arguments.get(0);
    if (content instanceof Unbuilt) {
      return new Unbuilt(type, content);
    }
    if (content instanceof Map<?, ?> other) {
      budget.spend(other.size());
      map.putAll(other);
      return map;
    }
    for (Object pair : PickleValues.list(content)) {
      List<Object> items = PickleValues.items(pair);
      budget.spend(items.size());
      PickleValues.putAll(map, items);
    }
    return map;
  }
}
