package dev.eman.spark.ring;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Contribution;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.PartialStep;
import dev.eman.core.algorithm.Reduction;
import dev.eman.core.algorithm.StepScalars;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@Timeout(60)
class RingExchangeTest {
  private static final int LENGTH = 2500;

  /** Of arrays of several types and shapes, and with names that only one rank has. */
  private static PartialStep step(int rank, INDArray statistics) {
    INDArray keys = Nd4j.rand(DataType.FLOAT, 2 + rank, 3).addi(rank);
    return new PartialStep(
        2,
        Nd4j.linspace(1 + rank, 2, LENGTH, DataType.FLOAT),
        statistics,
        Contributions.of(
            ImmutableMap.of(
                "keys", new Contribution(Reduction.GATHER, keys, 2),
                "rows", new Contribution(Reduction.GATHER, Nd4j.createFromArray(rank, 7L), 1),
                "count", new Contribution(Reduction.SUM, Nd4j.scalar(DataType.DOUBLE, 0.1), 1),
                "mean", new Contribution(Reduction.MEAN, Nd4j.ones(DataType.FLOAT, 3), 4))),
        new StepScalars(
            ImmutableMap.of("loss", 0.3 * rank, "only" + rank, Double.NaN),
            ImmutableMap.of("loss", 2, "only" + rank, 1)));
  }

  private static void assertEqual(PartialStep expected, PartialStep found) {
    assertEquals(expected.parts(), found.parts());
    assertSameValues(expected.gradient(), found.gradient());
    assertSameValues(expected.statistics(), found.statistics());
    assertEquals(expected.scalars(), found.scalars());
    assertEquals(expected.contributions().asMap().keySet(), found.contributions().asMap().keySet());
    expected
        .contributions()
        .asMap()
        .forEach(
            (name, contribution) -> {
              Contribution other = found.contributions().asMap().get(name);
              assertEquals(contribution.reduction(), other.reduction());
              assertEquals(contribution.count(), other.count());
              assertSameValues(contribution.value(), other.value());
              assertEquals(contribution.value().dataType(), other.value().dataType());
            });
  }

  @Test
  void finish_threeWorkers_foldsInRankOrder() throws Exception {
    List<PartialStep> own =
        List.of(
            step(0, Nd4j.rand(DataType.FLOAT, 5)),
            step(1, Nd4j.rand(DataType.FLOAT, 5)),
            step(2, Nd4j.rand(DataType.FLOAT, 5)));
    PartialStep expected = own.get(0).plus(own.get(1)).plus(own.get(2));
    try (Workers workers = Workers.joined(3, Workers.OPTIONS)) {
      List<PartialStep> found =
          workers.each(
              ring -> {
                RingExchange exchange = new RingExchange(ring);
                PartialStep mine = own.get(exchange.rank());
                exchange.begin(mine.gradient());
                exchange.ready(100, LENGTH);
                PartialStep whole = exchange.finish(mine);
                assertSame(mine.gradient(), whole.gradient());
                return whole;
              });

      for (PartialStep whole : found) {
        assertEqual(expected, whole);
      }
    }
  }

  @Test
  void finish_aloneAndWithoutStatistics_keepsTheStep() throws Exception {
    PartialStep own = step(0, Nd4j.empty(DataType.FLOAT));
    try (Workers workers = Workers.joined(1, Workers.OPTIONS);
        RingExchange exchange = new RingExchange(workers.rings.get(0))) {
      exchange.begin(own.gradient());
      assertEqual(own, exchange.finish(own));
    }
  }
}
