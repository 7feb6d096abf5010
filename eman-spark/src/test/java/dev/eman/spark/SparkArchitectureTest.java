package dev.eman.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataBuffer;

/** What {@code ArchitectureTest} and {@code NativeMemoryTest} check of the other modules. */
class SparkArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.eman.spark");

  private static final Set<String> ADDRESSES =
      Set.of("pointer", "addressPointer", "address", "opaqueBuffer", "asNio", "asNioFloat");

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
  void standardStreams_areLeftToTheCommandLine() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(OURS);
  }

  @Test
  void addresses_ofArrays_takenByOneClass() {
    assertEquals(
        List.of("VectorMemory"),
        OURS.stream()
            .flatMap(c -> c.getMethodCallsFromSelf().stream())
            .filter(SparkArchitectureTest::takesAddress)
            .map(call -> call.getOriginOwner().getSimpleName())
            .distinct()
            .toList());
  }

  private static boolean takesAddress(JavaMethodCall call) {
    return call.getTargetOwner().isAssignableTo(DataBuffer.class)
        && ADDRESSES.contains(call.getName());
  }
}
