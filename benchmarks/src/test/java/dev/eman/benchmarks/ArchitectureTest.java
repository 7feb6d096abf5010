package dev.eman.benchmarks;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may use whom, in all modules: this one sees them all. */
@AnalyzeClasses(packages = "dev.eman", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String CORE = "dev.eman.core..";
  private static final String DATASETS = "dev.eman.datasets..";
  private static final String BENCHMARKS = "dev.eman.benchmarks..";

  @ArchTest
  static final ArchRule core_usesNoOtherModule =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat(inOursBut(CORE))
          .allowEmptyShould(true);

  @ArchTest static final ArchRule fixmatch_usesCoreAlone = usesCoreAlone("dev.eman.fixmatch..");

  @ArchTest
  static final ArchRule meanteacher_usesCoreAlone = usesCoreAlone("dev.eman.meanteacher..");

  @ArchTest static final ArchRule datasets_usesCoreAlone = usesCoreAlone(DATASETS);

  @ArchTest
  static final ArchRule loss_usesNothingOfOurs =
      noClasses()
          .that()
          .resideInAPackage("dev.eman.core.loss..")
          .should()
          .dependOnClassesThat(inOursBut("dev.eman.core.loss..", "dev.eman.core"))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nn_usesNoUpperLayer =
      noClasses()
          .that()
          .resideInAPackage("dev.eman.core.nn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.eman.core.model..",
              "dev.eman.core.algorithm..",
              "dev.eman.core.train..",
              "dev.eman.core.eval..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule model_usesNoUpperLayer =
      noClasses()
          .that()
          .resideInAPackage("dev.eman.core.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.eman.core.algorithm..", "dev.eman.core.train..", "dev.eman.core.eval..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule libraries_leaveStandardStreamsAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage(BENCHMARKS)
          .should(ACCESS_STANDARD_STREAMS)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule libraries_neverExit =
      noClasses()
          .that()
          .resideOutsideOfPackage(BENCHMARKS)
          .should()
          .callMethod(System.class, "exit", int.class)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nobody_usesJavaUtilLogging =
      noClasses().should(USE_JAVA_UTIL_LOGGING).allowEmptyShould(true);

  private static DescribedPredicate<JavaClass> inOursBut(String... packages) {
    return resideInAPackage("dev.eman..").and(resideOutsideOfPackages(packages));
  }

  private static ArchRule usesCoreAlone(String module) {
    return noClasses()
        .that()
        .resideInAPackage(module)
        .should()
        .dependOnClassesThat(inOursBut(module, CORE))
        .allowEmptyShould(true);
  }
}
