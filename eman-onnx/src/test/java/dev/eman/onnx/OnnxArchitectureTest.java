package dev.eman.onnx;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import dev.eman.core.architecture.ModuleBytecode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code ArchitectureTest} and {@code NativeMemoryTest} check of the other modules. */
final class OnnxArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .importPackages("dev.eman.onnx");

  private static final ModuleBytecode BYTECODE = new ModuleBytecode(OURS);

  @Test
  void module_dependencies_coreAndWeightsAlone() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.eman..")
                .and(
                    resideOutsideOfPackages(
                        "dev.eman.onnx..", "dev.eman.core..", "dev.eman.weights..")))
        .check(OURS);
  }

  @Test
  void module_bytecode_asThatOfALibrary() {
    BYTECODE.checkLibraries();
  }

  @Test
  void arrays_addressesAndOperands_kept() {
    assertFalse(OURS.isEmpty());
    assertEquals(List.of("OnnxRuntimeSession"), BYTECODE.callers(ModuleBytecode::takesAddress));
    assertFalse( // It keeps the array while the tensor views its memory.
        BYTECODE
            .calls(
                call ->
                    ModuleBytecode.isFence(call)
                        && ModuleBytecode.outermost(call.getOriginOwner())
                            .equals("OnnxRuntimeSession"))
            .isEmpty());
    assertEquals(List.of(), BYTECODE.callers(ModuleBytecode::isBroadcast));
    assertEquals(List.of(), BYTECODE.callers(ModuleBytecode::letsGoOfOperands));
  }
}
