package dev.eman.benchmarks;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static dev.eman.core.architecture.ModuleBytecode.isFence;
import static dev.eman.core.architecture.ModuleBytecode.on;
import static dev.eman.core.architecture.ModuleBytecode.outermost;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableList;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import dev.eman.core.architecture.ModuleBytecode;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever hands on an array's address keeps the array: docs/architecture.md, "Native arrays and the
 * garbage collector".
 */
final class NativeMemoryTest {
  /** The main code of all modules that this one sees; the others have tests of their own. */
  private static final ModuleBytecode BYTECODE = new ModuleBytecode(ArchitectureTest.OURS);

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
        BYTECODE.callers(ModuleBytecode::takesAddress));
    assertEquals(
        List.of("DnnlOp", "NativeFloats"),
        BYTECODE.callers(
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
        BYTECODE
            .calls(call -> isFence(call) && outermost(call.getOriginOwner()).equals(name))
            .isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Arrays2d", "RowSums", "NativeFloats", "OffHeapFloats", "UnitFeatures", "DnnlOp"})
  void accesses_toNativeMemory_keepArrays(String name) {
    ImmutableList<JavaCodeUnit> accesses =
        BYTECODE
            .calls(call -> outermost(call.getOriginOwner()).equals(name) && isAccess(call))
            .stream()
            .map(JavaMethodCall::getOrigin)
            .distinct()
            .collect(toImmutableList());
    assertFalse(accesses.isEmpty());
    for (JavaCodeUnit unit : accesses) {
      assertFalse(
          unit.getMethodCallsFromSelf().stream().noneMatch(ModuleBytecode::isFence),
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
    assertEquals(List.of(), BYTECODE.callers(ModuleBytecode::isBroadcast));
    assertEquals(
        List.of("Features", "LabeledBank", "Nd4jFlatMath"), // They keep the operands.
        BYTECODE.callers(ModuleBytecode::letsGoOfOperands));
  }
}
