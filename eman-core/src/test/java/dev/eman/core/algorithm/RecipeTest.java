package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.optimizer.WeightDecayScope;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RecipeTest {
  @Test
  void build_all_keepsEach() {
    Recipe recipe =
        Recipe.builder()
            .batchSize(64)
            .unlabeledRatio(7)
            .learningRate(0.03)
            .schedule(ScheduleKind.COSINE)
            .optimizer(OptimizerKind.LARS)
            .momentum(0.8)
            .nesterov(false)
            .weightDecay(1e-6)
            .weightDecayScope(WeightDecayScope.ALL)
            .maxGradientNorm(5)
            .view(View.WEAK, "flip")
            .build();
    assertEquals(OptionalInt.of(64), recipe.batchSize());
    assertEquals(OptionalInt.of(7), recipe.unlabeledRatio());
    assertEquals(OptionalDouble.of(0.03), recipe.learningRate());
    assertEquals(Optional.of(ScheduleKind.COSINE), recipe.schedule());
    assertEquals(Optional.of(OptimizerKind.LARS), recipe.optimizer());
    assertEquals(OptionalDouble.of(0.8), recipe.momentum());
    assertEquals(Optional.of(false), recipe.nesterov());
    assertEquals(OptionalDouble.of(1e-6), recipe.weightDecay());
    assertEquals(Optional.of(WeightDecayScope.ALL), recipe.weightDecayScope());
    assertEquals(OptionalDouble.of(5), recipe.maxGradientNorm());
    assertEquals(Map.of(View.WEAK, "flip"), recipe.views());
  }

  @Test
  void build_outOfRange_isRefused() {
    for (Recipe.Builder wrong :
        new Recipe.Builder[] {
          Recipe.builder().batchSize(0),
          Recipe.builder().unlabeledRatio(0),
          Recipe.builder().learningRate(0),
          Recipe.builder().learningRate(Double.NaN),
          Recipe.builder().learningRate(Double.POSITIVE_INFINITY),
          Recipe.builder().momentum(1),
          Recipe.builder().weightDecay(-1),
          Recipe.builder().weightDecay(Double.POSITIVE_INFINITY),
          Recipe.builder().maxGradientNorm(0)
        }) {
      assertThrows(IllegalArgumentException.class, wrong::build);
    }
  }
}
