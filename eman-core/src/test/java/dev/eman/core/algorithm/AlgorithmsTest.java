package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.loss.ClassWeights;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.option.OptionSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

class AlgorithmsTest {
  private static final AlgorithmProvider SUPERVISED = Algorithms.named("supervised");

  private static final double[] FIVE = {1, 2, 3, 4, 5};

  private final Student student = newStudent();

  private static Student newStudent() {
    return new Student(
        Backbones.named("resnet8-w4").classifier(4, 1),
        Sgd.excludingBiasesAndNormalization(0.9, false, 0));
  }

  /** Fails as an algorithm with a mistake of its own does, which is not its user's. */
  private static class Broken implements AlgorithmProvider {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String description() {
      return "fails";
    }

    @Override
    public ImmutableList<View> views() {
      return ImmutableList.of();
    }

    @Override
    public ImmutableList<OptionSpec<?>> options() {
      return ImmutableList.of();
    }

    @Override
    public StudentTeacherAlgorithm create(AlgorithmContext context) {
      throw new IllegalArgumentException("a mistake within");
    }
  }

  @Test
  void setClassWeights_notOneForEachClass_isRefused() {
    StudentTeacherAlgorithm algorithm = new Supervised(student);
    for (int classes : new int[] {3, 5}) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> algorithm.setClassWeights(ClassWeights.of(Arrays.copyOf(FIVE, classes))));
      assertTrue(String.valueOf(e.getMessage()).endsWith("units [4], got " + classes));
    }
    algorithm.setClassWeights(ClassWeights.of(1, 2, 3, 4));
    algorithm.setClassWeights(null);
  }

  /** Where a vertex that is no layer comes last, the number of classes is not known. */
  @Test
  void setClassWeights_outputOfUnknownWidth_isTaken() {
    ComputationGraph features = Backbones.named("resnet8-w4").features(1);
    assertEquals(List.of(), GraphParts.outputWidths(features));
    new Supervised(new Student(features, Sgd.decayingAll(0, false, 0)))
        .setClassWeights(ClassWeights.of(1, 2, 3));
  }

  @Test
  void create_defaults_takesTheContextsStudent() {
    StudentTeacherAlgorithm algorithm =
        Algorithms.create(
            SUPERVISED,
            AlgorithmContext.builder(student, AlgorithmOptions.defaults(SUPERVISED)).build());
    assertSame(student, algorithm.student());
    assertNull(algorithm.teacher());
  }

  @Test
  void create_mistakeWithin_isNotTheUsers() {
    AlgorithmProvider broken = new Broken();
    AlgorithmContext context =
        AlgorithmContext.builder(student, AlgorithmOptions.defaults(broken)).build();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Algorithms.create(broken, context));
    assertEquals("a mistake within", e.getMessage());
  }

  @Test
  void create_optionsOfAnother_isRefused() {
    AlgorithmContext context =
        AlgorithmContext.builder(student, AlgorithmOptions.defaults(new Broken())).build();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Algorithms.create(SUPERVISED, context));
    assertEquals("options: expected those of supervised, got broken{}", e.getMessage());
  }

  @Test
  void create_algorithmOfAnotherStudent_isRefused() {
    AlgorithmProvider stubborn =
        new Broken() {
          @Override
          public StudentTeacherAlgorithm create(AlgorithmContext context) {
            return new Supervised(newStudent());
          }
        };
    AlgorithmContext context =
        AlgorithmContext.builder(student, AlgorithmOptions.defaults(stubborn)).build();
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> Algorithms.create(stubborn, context));
    assertTrue(String.valueOf(e.getMessage()).contains("another student"), e.getMessage());
  }

  @Test
  void create_figureThatWasNotGiven_namesIt() {
    AlgorithmOptions cosine =
        AlgorithmOptions.of(SUPERVISED, Map.of("teacher", "eman", "momentum_schedule", "cosine"));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> Algorithms.create(SUPERVISED, AlgorithmContext.builder(student, cosine).build()));
    assertEquals(
        "the algorithm needs totalSteps: set it in AlgorithmContext's builder", e.getMessage());
  }

  @Test
  void context_figures_areThoseGiven() {
    AlgorithmContext context =
        AlgorithmContext.builder(student, AlgorithmOptions.defaults(SUPERVISED))
            .classes(4)
            .labeledImages(0)
            .unlabeledImages(17)
            .totalSteps(9)
            .seed(5)
            .build();
    assertEquals(4, context.classes());
    assertEquals(0, context.labeledImages());
    assertEquals(17, context.unlabeledImages());
    assertEquals(9, context.totalSteps());
    assertEquals(5, context.seed());
    AlgorithmContext.Builder builder =
        AlgorithmContext.builder(student, AlgorithmOptions.defaults(SUPERVISED));
    assertThrows(IllegalArgumentException.class, () -> builder.classes(0));
    assertThrows(IllegalArgumentException.class, () -> builder.labeledImages(-1));
    assertThrows(IllegalArgumentException.class, () -> builder.unlabeledImages(-1));
    assertThrows(IllegalArgumentException.class, () -> builder.totalSteps(0));
    assertThrows(IllegalStateException.class, () -> builder.build().classes());
  }

  @Test
  void named_unknown_suggestsTheNearest() {
    UsageException e = assertThrows(UsageException.class, () -> Algorithms.named("supervized"));
    assertEquals(
        "algorithm: expected one of supervised, got supervized; did you mean supervised?",
        e.getMessage());
  }

  /** The options of a run without further words: a change here changes what runs mean. */
  @Test
  void supervised_options_arePinned() {
    assertEquals(
        """
        teacher (none, ema, eman; default none): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.999): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default warmup): how the momentum begins; with cosine it rises to 1
        """,
        summary(SUPERVISED));
    assertEquals(Recipe.EMPTY, SUPERVISED.recipe());
  }

  private static String summary(AlgorithmProvider provider) {
    StringBuilder lines = new StringBuilder();
    provider.options().forEach(option -> lines.append(option.summary()).append('\n'));
    return lines.toString();
  }
}
