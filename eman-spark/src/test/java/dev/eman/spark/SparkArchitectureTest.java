package dev.eman.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.eman.core.architecture.ModuleBytecode.isFence;
import static dev.eman.core.architecture.ModuleBytecode.outermost;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.eman.core.architecture.ModuleBytecode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code ArchitectureTest} and {@code NativeMemoryTest} check of the other modules. */
class SparkArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.eman.spark");

  private static final ModuleBytecode BYTECODE = new ModuleBytecode(OURS);

  @Test
  void ring_knowsNothingOfSpark() {
    noClasses()
        .that()
        .resideInAPackage("dev.eman.spark.ring")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "dev.eman.train..")
        .check(OURS);
  }

  @Test
  void commandLine_isUsedByItsPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.eman.spark.cli")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.eman.cli..", "dev.eman.report..", "picocli..")
        .check(OURS);
  }

  @Test
  void coreInternals_areNotUsed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.eman.core.nn.layer..",
            "dev.eman.core.nn.exec..",
            "dev.eman.core.nn.kernel.onednn..",
            "dev.eman.core.internal..")
        .check(OURS);
  }

  @Test
  void packages_haveNoCycles() {
    slices().matching("dev.eman.spark.(*)..").should().beFreeOfCycles().check(OURS);
  }

  @Test
  void bytecode_isThatOfALibrary() {
    BYTECODE.checkLibraries();
  }

  @Test
  void addresses_ofArrays_takenByOneClass() {
    assertEquals(List.of("VectorMemory"), BYTECODE.callers(ModuleBytecode::takesAddress));
    assertFalse(
        BYTECODE
            .calls(call -> isFence(call) && outermost(call.getOriginOwner()).equals("VectorMemory"))
            .isEmpty());
  }

  @Test
  void operations_thatLetGoOfOperands_unused() {
    assertEquals(List.of(), BYTECODE.callers(ModuleBytecode::isBroadcast));
    assertEquals(List.of(), BYTECODE.callers(ModuleBytecode::letsGoOfOperands));
  }
}
