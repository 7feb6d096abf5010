package dev.eman.core.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GroupedRatesTest {
  private static final List<Segment> SEGMENTS =
      List.of(
          new Segment("conv1", "W", 0, ImmutableList.of(2L, 1L), true),
          new Segment("bn1", "mean", 2, ImmutableList.of(1L), false),
          new Segment("fc", "W", 3, ImmutableList.of(1L, 2L), true),
          new Segment("fc", "b", 5, ImmutableList.of(1L), true));

  private static float[] step(double factor) {
    INDArray p = Nd4j.zeros(6);
    new GroupedRates(Sgd.decayingAll(0, false, 0), Set.of("fc"), factor)
        .create(SEGMENTS)
        .stepInPlace(p, Nd4j.ones(6), Nd4j.zeros(6), 2);
    return p.toFloatVector();
  }

  @Test
  void step_twoGroups_moveAtTheirRates() {
    assertArrayEquals(new float[] {-0.5f, -0.5f, 0, -2, -2, -2}, step(0.25));
  }

  @Test
  void step_factorZero_leavesTheBackbone() {
    assertArrayEquals(new float[] {0, 0, 0, -2, -2, -2}, step(0));
  }

  @ParameterizedTest
  @CsvSource({"classifier, [classifier]", "fc projektor, [projektor]", "'', none"})
  void create_unknownHead_saysSo(String names, String unknown) {
    Set<String> head = Set.copyOf(Splitter.on(' ').omitEmptyStrings().splitToList(names));
    GroupedRates rates = new GroupedRates(Sgd.decayingAll(0, false, 0), head, 1);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> rates.create(SEGMENTS));
    assertEquals(
        "head: expected vertices with parameters, of [conv1, bn1, fc], got " + unknown,
        e.getMessage());
  }
}
