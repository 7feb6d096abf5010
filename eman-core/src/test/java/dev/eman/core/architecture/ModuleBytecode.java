package dev.eman.core.architecture;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.ref.Reference;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.nd4j.linalg.api.blas.Level1;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.BlasWrapper;
import org.nd4j.linalg.factory.NDArrayFactory;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the bytecode of any module is looked through for. No module sees all others, so the tests of
 * several call this.
 *
 * @param classes the main code of modules
 */
public record ModuleBytecode(JavaClasses classes) {
  private static final ImmutableSet<String> ADDRESSES =
      ImmutableSet.of("pointer", "addressPointer", "address", "opaqueBuffer");

  /**
   * Checks what every library keeps to: it leaves the standard streams and the process alone, and
   * names a locale where it formats, since without one digits are those of the user's language.
   * Programs are held to slf4j alone.
   *
   * @param programs packages that are none
   */
  public void checkLibraries(String... programs) {
    check(noClasses().that().resideOutsideOfPackages(programs).should(ACCESS_STANDARD_STREAMS));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(programs)
            .should()
            .callMethod(System.class, "exit", int.class));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(programs)
            .should()
            .callMethod(String.class, "format", String.class, Object[].class)
            .orShould()
            .callMethod(String.class, "formatted", Object[].class));
    check(noClasses().should(USE_JAVA_UTIL_LOGGING));
  }

  private void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(classes);
  }

  /** The calls of a kind. */
  public ImmutableList<JavaMethodCall> calls(Predicate<JavaMethodCall> which) {
    return classes.stream()
        .flatMap(c -> c.getMethodCallsFromSelf().stream())
        .filter(which)
        .collect(toImmutableList());
  }

  /** The outermost classes with such calls, without their packages, in order. */
  public List<String> callers(Predicate<JavaMethodCall> which) {
    return calls(which).stream()
        .map(c -> outermost(c.getOriginOwner()))
        .distinct()
        .sorted()
        .toList();
  }

  /** The name of the class that a nested one is in, without its package. */
  public static String outermost(JavaClass c) {
    JavaClass outer = c;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer.getSimpleName();
  }

  /** Whether a method of one of these classes is called. */
  public static boolean on(JavaMethodCall call, Class<?>... owners) {
    return Stream.of(owners).anyMatch(o -> call.getTargetOwner().isAssignableTo(o));
  }

  /** Whether the address of an array is taken, which does not keep the array. */
  public static boolean takesAddress(JavaMethodCall call) {
    return on(call, DataBuffer.class)
        && (ADDRESSES.contains(call.getName()) || call.getName().startsWith("asNio"));
  }

  /** Whether an object is kept until here. */
  public static boolean isFence(JavaMethodCall call) {
    return on(call, Reference.class) && call.getName().equals("reachabilityFence");
  }

  /** Whether ND4J lets go of the operand while it reads it: nobody may call these. */
  public static boolean isBroadcast(JavaMethodCall call) {
    boolean vector =
        call.getName().endsWith("RowVector") || call.getName().endsWith("ColumnVector");
    return (on(call, INDArray.class) && vector)
        || (on(call, OpExecutioner.class)
            && call.getName().equals("exec")
            && call.getTarget()
                .getRawParameterTypes()
                .get(0)
                .getSimpleName()
                .equals("BroadcastOp"));
  }

  /** Whether ND4J lets go of the operands while it reads them: callers must keep them. */
  public static boolean letsGoOfOperands(JavaMethodCall call) {
    return on(call, Nd4j.class, NDArrayFactory.class, BlasWrapper.class, Level1.class)
        && (call.getName().equals("pullRows") || call.getName().equals("axpy"));
  }
}
