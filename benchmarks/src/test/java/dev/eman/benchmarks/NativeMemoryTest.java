package dev.eman.benchmarks;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import java.lang.ref.Reference;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.blas.Level1;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.BlasWrapper;
import org.nd4j.linalg.factory.NDArrayFactory;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whoever hands on an array's address keeps the array: docs/architecture.md, "Native arrays and the
 * garbage collector".
 */
final class NativeMemoryTest {
  private static final ImmutableSet<String> ADDRESSES =
      ImmutableSet.of("pointer", "addressPointer", "address", "opaqueBuffer");

  /** In the main code of all modules. */
  private static ImmutableList<JavaMethodCall> calls(Predicate<JavaMethodCall> which) {
    return ArchitectureTest.OURS.stream()
        .flatMap(c -> c.getMethodCallsFromSelf().stream())
        .filter(which)
        .collect(toImmutableList());
  }

  private static boolean on(JavaMethodCall call, Class<?>... owners) {
    return Stream.of(owners).anyMatch(o -> call.getTargetOwner().isAssignableTo(o));
  }

  private static boolean takesAddress(JavaMethodCall call) {
    return on(call, DataBuffer.class)
        && (ADDRESSES.contains(call.getName()) || call.getName().startsWith("asNio"));
  }

  private static boolean isFence(JavaMethodCall call) {
    return on(call, Reference.class) && call.getName().equals("reachabilityFence");
  }

  /** The outermost classes with such calls, without their packages, in order. */
  private static List<String> callers(Predicate<JavaMethodCall> which) {
    return calls(which).stream()
        .map(c -> outermost(c.getOriginOwner()))
        .distinct()
        .sorted()
        .toList();
  }

  private static String outermost(JavaClass c) {
    JavaClass outer = c;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer.getSimpleName();
  }

  @Test
  void addresses_ofArrays_takenByFewClasses() {
    assertEquals(
        List.of(
            "Arrays2d",
            "NativeFloats",
            "NearestNeighbors",
            "OffHeapFloats",
            "PooledWorkspaceMgr", // Compares them only.
            "Slot", // Replacements keeps its arrays.
            "UnitFeatures",
            "WeightImport"),
        callers(NativeMemoryTest::takesAddress));
    assertEquals(
        List.of("DnnlOp", "NativeFloats"),
        callers(
            call ->
                call.getTargetOwner().getSimpleName().equals("NativeFloats")
                    && call.getName().equals("address")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NearestNeighbors",
        "UnitFeatures",
        "WeightImport",
        "Replacements",
        "Features",
        "LabeledBank"
      })
  void users_ofAddresses_keepArrays(String name) {
    assertFalse(
        calls(call -> isFence(call) && outermost(call.getOriginOwner()).equals(name)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Arrays2d", "NativeFloats", "OffHeapFloats", "UnitFeatures", "DnnlOp"})
  void accesses_toNativeMemory_keepArrays(String name) {
    ImmutableList<JavaCodeUnit> accesses =
        calls(call -> outermost(call.getOriginOwner()).equals(name) && isAccess(call)).stream()
            .map(JavaMethodCall::getOrigin)
            .distinct()
            .collect(toImmutableList());
    assertFalse(accesses.isEmpty());
    for (JavaCodeUnit unit : accesses) {
      assertFalse(
          unit.getMethodCallsFromSelf().stream().noneMatch(NativeMemoryTest::isFence),
          unit.getFullName());
    }
  }

  private static boolean isAccess(JavaMethodCall call) {
    boolean copy =
        on(call, Pointer.class, FloatBuffer.class, DoubleBuffer.class, IntBuffer.class)
            && (call.getName().equals("get") || call.getName().equals("put"))
            && !call.getTarget().getRawParameterTypes().isEmpty();
    return copy || call.getName().equals("execute");
  }

  @Test
  void operations_thatLetGoOfOperands_unused() {
    assertEquals(
        List.of(),
        callers(
            call ->
                (on(call, INDArray.class)
                        && (call.getName().endsWith("RowVector")
                            || call.getName().endsWith("ColumnVector")))
                    || (on(call, OpExecutioner.class)
                        && call.getName().equals("exec")
                        && call.getTarget()
                            .getRawParameterTypes()
                            .get(0)
                            .getSimpleName()
                            .equals("BroadcastOp"))));
    assertEquals(
        List.of("Features", "LabeledBank", "Nd4jFlatMath"), // They keep the operands.
        callers(
            call ->
                on(call, Nd4j.class, NDArrayFactory.class, BlasWrapper.class, Level1.class)
                    && (call.getName().equals("pullRows") || call.getName().equals("axpy"))));
  }
}
