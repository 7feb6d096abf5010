package dev.eman.benchmarks;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.eman.core.architecture.ModuleBytecode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may use whom, in all modules that this one sees: all but {@code eman-onnx} and {@code
 * eman-spark}, which have tests of their own. Plain tests, since Surefire 3.5.3 passes over
 * {@code @ArchTest} fields without a word.
 */
final class ArchitectureTest {
  private static final String CORE = "dev.eman.core..";
  private static final String TRAIN = "dev.eman.train..";
  private static final String[] PROGRAMS = {
    "dev.eman.cli..", "dev.eman.benchmarks..", "dev.eman.web.command.."
  };
  static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.eman");

  /** Rules about a module that is not seen would hold. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "core",
        "fixmatch",
        "meanteacher",
        "moco",
        "byol",
        "similarity",
        "weights",
        "datasets",
        "train",
        "report",
        "cli",
        "web",
        "benchmarks"
      })
  void import_module_isSeen(String name) {
    assertTrue(OURS.stream().anyMatch(resideInAPackage("dev.eman." + name + "..")));
  }

  @Test
  void core_dependencies_noOtherModule() {
    check(noClasses().that().resideInAPackage(CORE).should().dependOnClassesThat(oursBut(CORE)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fixmatch", "meanteacher", "moco", "byol", "similarity", "weights", "datasets"})
  void module_dependencies_coreAlone(String name) {
    String module = "dev.eman." + name + "..";
    check(
        noClasses()
            .that()
            .resideInAPackage(module)
            .should()
            .dependOnClassesThat(oursBut(module, CORE)));
  }

  @Test
  void loss_dependencies_nothingOfOurs() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.core.loss..")
            .should()
            .dependOnClassesThat(oursBut("dev.eman.core.loss..", "dev.eman.core")));
  }

  @Test
  void nn_dependencies_noUpperLayer() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.core.nn..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.eman.core.model..",
                "dev.eman.core.algorithm..",
                "dev.eman.core.optimizer..",
                "dev.eman.core.train..",
                "dev.eman.core.eval..",
                "dev.eman.core.data.."));
  }

  @Test
  void model_dependencies_noUpperLayer() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.core.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.eman.core.algorithm..",
                "dev.eman.core.train..",
                "dev.eman.core.eval..",
                "dev.eman.core.data.."));
  }

  @Test
  void optimizer_dependencies_coreInternalAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.core.optimizer..")
            .should()
            .dependOnClassesThat(
                oursBut("dev.eman.core.optimizer..", "dev.eman.core.internal..", "dev.eman.core")));
  }

  /** Packages of a module by their full names. */
  private record Packages(String module) implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass c) {
      String name = c.getPackageName();
      return name.equals(module) || name.startsWith(module + ".")
          ? SliceIdentifier.of(name)
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "packages of " + module;
    }
  }

  /** But one that DL4J asks for: configurations make the layers that read them. */
  @Test
  void corePackages_withSubpackages_noCycles() {
    check(
        slices()
            .assignedFrom(new Packages("dev.eman.core"))
            .should()
            .beFreeOfCycles()
            .ignoreDependency(
                resideInAPackage("dev.eman.core.nn"), resideInAPackage("dev.eman.core.nn.layer")));
  }

  @Test
  void kernelSeam_dependencies_noImplementation() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.core.nn.kernel")
            .should()
            .dependOnClassesThat(oursBut("dev.eman.core.nn.kernel", "dev.eman.core")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "nd4j"})
  void kernels_dependencies_seamAlone(String name) {
    String kernels = "dev.eman.core.nn.kernel." + name;
    check(
        noClasses()
            .that()
            .resideInAPackage(kernels)
            .should()
            .dependOnClassesThat(
                oursBut(
                    kernels,
                    "dev.eman.core.nn.kernel",
                    "dev.eman.core.internal",
                    "dev.eman.core")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "moco",
        "similarity",
        "datasets",
        "weights",
        "train",
        "report",
        "cli",
        "web",
        "benchmarks"
      })
  void modulePackages_dependencies_noCycles(String name) {
    check(slices().assignedFrom(new Packages("dev.eman." + name)).should().beFreeOfCycles());
  }

  @Test
  void train_dependencies_coreDatasetsAndWeights() {
    check(
        noClasses()
            .that()
            .resideInAPackage(TRAIN)
            .should()
            .dependOnClassesThat(
                oursBut(TRAIN, CORE, "dev.eman.datasets..", "dev.eman.weights..")));
  }

  @Test
  void report_dependencies_whatTrainHas() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.report..")
            .should()
            .dependOnClassesThat(oursBut("dev.eman.report..", TRAIN, CORE, "dev.eman.datasets..")));
  }

  @Test
  void cli_dependencies_noBenchmarks() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eman.benchmarks.."));
  }

  @Test
  void web_dependencies_noBenchmarksAndCommandsAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.web..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eman.benchmarks.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.web..")
            .and()
            .resideOutsideOfPackage("dev.eman.web.command..")
            .should()
            .dependOnClassesThat() // The module has these as optional dependencies, or not at all.
            .resideInAnyPackage("dev.eman.cli..", "dev.eman.report..", "picocli.."));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.eman.web..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eman.web..", "io.javalin..", "org.eclipse.jetty.."));
  }

  @Test
  void picocli_outsidePrograms_unused() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(PROGRAMS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli.."));
  }

  @Test
  void coreInternals_outsideCore_unused() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.eman.core..internal..",
                "dev.eman.core.nn.layer..",
                "dev.eman.core.nn.exec..",
                "dev.eman.core.nn.kernel.onednn..",
                "dev.eman.core.nn.kernel.nd4j.."));
  }

  @Test
  void mocoInternals_outsideItsModule_unused() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.eman.moco..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eman.moco.internal.."));
  }

  @Test
  void libraries_bytecode_streamsExitFormatsAndLogging() {
    new ModuleBytecode(OURS).checkLibraries(PROGRAMS);
  }

  @Test
  void charts_outsideReport_unused() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.eman.report..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.knowm.xchart..", "tagbio.umap.."));
  }

  /** They take networks, batches and numbers, so that they serve without a run as well. */
  @Test
  void protocols_dependencies_noRunOrOptions() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.train.protocol..")
            .should()
            .dependOnClassesThat(
                oursBut("dev.eman.train.protocol..", CORE, "dev.eman.datasets..")));
  }

  /** Numbers in, numbers out, so that any program can ask which image to label next. */
  @Test
  void selection_dependencies_nothingOfOurs() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.eman.train.select..")
            .should()
            .dependOnClassesThat(oursBut("dev.eman.train.select..")));
  }

  private static void check(ArchRule rule) {
    // A module or package may still be empty.
    rule.allowEmptyShould(true).check(OURS);
  }

  private static DescribedPredicate<JavaClass> oursBut(String... packages) {
    return resideInAPackage("dev.eman..").and(resideOutsideOfPackages(packages));
  }
}
