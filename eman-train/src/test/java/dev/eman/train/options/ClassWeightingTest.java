package dev.eman.train.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.UsageException;
import dev.eman.core.loss.ClassWeights;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassWeightingTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "tench, Tinca tinca", "a=b");

  @Test
  void parse_forms_andBack() {
    assertEquals(ClassWeighting.NONE, ClassWeighting.parse("none"));
    assertEquals(ClassWeighting.BALANCED, ClassWeighting.parse(" Balanced"));
    ClassWeighting named = ClassWeighting.parse("cat=2, tench, Tinca tinca = 0.5,a=b=1e-3");
    assertEquals(
        ImmutableMap.of("cat", 2.0, "tench, Tinca tinca", 0.5, "a=b", 0.001), named.named());
    for (ClassWeighting each : List.of(ClassWeighting.NONE, ClassWeighting.BALANCED, named)) {
      assertEquals(each, ClassWeighting.parse(each.toString()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "equal",
        "cat",
        "cat=",
        "=2",
        "cat=x",
        "cat=0",
        "cat=-1",
        "cat=1e999",
        "cat=1,cat=2",
        "cat=2,dog",
        "cat=1-2"
      })
  void parse_anythingElse_isRefused(String text) {
    UsageException e = assertThrows(UsageException.class, () -> ClassWeighting.parse(text));
    assertEquals("class-weights: expected ", e.getMessage().substring(0, 24));
  }

  @Test
  void of_classes_byName() {
    assertNull(ClassWeighting.NONE.of(CLASSES, 3, 1, 1, 1));
    assertEquals(
        ClassWeights.of(0.5, 1.5, 1.5, 1.5), ClassWeighting.BALANCED.of(CLASSES, 3, 1, 1, 1));
    assertEquals(
        ClassWeights.of(1, 4, 1, 2), ClassWeighting.parse("dog=4,a=b=2").of(CLASSES, 3, 1, 1, 1));
    ClassWeighting unknown = ClassWeighting.parse("dogs=4");
    UsageException e = assertThrows(UsageException.class, () -> unknown.of(CLASSES, 1, 1, 1, 1));
    assertEquals(
        "class-weights: expected one of cat, dog, tench, Tinca tinca, a=b, got dogs; did you mean"
            + " dog?",
        e.getMessage());
  }

  @Test
  void options_algorithmWithoutLabels_refusesWeights() {
    TrainingOptionsBuilder moco =
        TrainingOptions.builder("moco").classWeights(ClassWeighting.BALANCED);
    UsageException e = assertThrows(UsageException.class, moco::build);
    assertEquals(
        "class-weights: expected none, since moco uses no labels, got balanced", e.getMessage());
  }
}
