package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GradientStepTest {
  private static final Batch BATCH = batch(1);
  private static final List<Batch> PARTS = BATCH.split(2);

  private final StudentTeacherAlgorithm algorithm = supervised();

  private static StudentTeacherAlgorithm supervised() {
    return new Supervised(
        new Student(
            Backbones.named("resnet8-w4").classifier(3, 5),
            Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4)));
  }

  private static Batch batch(int seed) {
    Nd4j.getRandom().setSeed(seed);
    return Batch.of(Nd4j.randn(4, 3, 8, 8), new int[] {0, 1, 2, 0});
  }

  private static float[] vector(StudentTeacherAlgorithm algorithm) {
    return algorithm.student().parameters().vector().toFloatVector();
  }

  private static void refused(String part, Executable call) {
    String message = String.valueOf(assertThrows(IllegalStateException.class, call).getMessage());
    assertTrue(message.contains(part), message);
  }

  @Test
  void onePart_isTheWholeStep() {
    StudentTeacherAlgorithm twin = supervised();
    GradientStep step = GradientStep.begin(algorithm, BATCH, 1);
    step.add(BATCH);
    assertEquals(twin.step(BATCH, 0.1), step.finish(0.1));
    assertArrayEquals(vector(twin), vector(algorithm));
  }

  /** Dropout of a whole batch goes on in the numbers that the trainer's seed has begun. */
  @Test
  void onePart_leavesTheRandomNumbersAlone() {
    Nd4j.getRandom().setSeed(3);
    long next = Nd4j.getRandom().nextLong();
    Nd4j.getRandom().setSeed(3);
    algorithm.step(BATCH, 0.1);
    assertEquals(next, Nd4j.getRandom().nextLong());
    Nd4j.getRandom().setSeed(3);
    algorithm.step(BATCH, 2, 0.1);
    assertNotEquals(next, Nd4j.getRandom().nextLong());
  }

  @Test
  void calls_inAnotherOrder_areRefused() {
    GradientStep step = GradientStep.begin(algorithm, BATCH, 2);
    refused("begun", () -> GradientStep.begin(algorithm, BATCH, 1));
    refused("begun", () -> algorithm.step(BATCH, 0.1));
    refused("needs a part", step::partial);
    refused("expected all 2 parts", () -> step.finish(0.1));
    step.add(PARTS.get(0));
    refused("expected all 2 parts before the step's end, got 1", () -> step.finish(0.1));
    step.add(PARTS.get(1));
    refused("has them all", () -> step.add(PARTS.get(1)));
    PartialStep whole = step.partial();
    step.replace(whole);
    refused("partial: not after include or replace", step::partial);
    refused("replace: not after include or replace", () -> step.replace(whole));
    refused("add: not after include or replace", () -> step.add(PARTS.get(0)));
    step.finish(0.1);
    refused("over", () -> step.finish(0.1));
    refused("over", () -> step.add(PARTS.get(0)));
    refused("over", () -> step.include(whole));
    assertEquals(1, algorithm.steps());
  }

  @Test
  void include_morePartsThanTheStepHas_isRefused() {
    StudentTeacherAlgorithm other = supervised();
    GradientStep theirs = GradientStep.begin(other, BATCH, 3);
    theirs.add(PARTS.get(0));
    PartialStep one = theirs.partial();
    GradientStep step = GradientStep.begin(algorithm, BATCH, 2);
    step.add(PARTS.get(1));
    assertThrows(IllegalArgumentException.class, () -> step.replace(one));
    step.include(one);
    assertThrows(IllegalArgumentException.class, () -> step.include(one));
    theirs.add(PARTS.get(1));
    assertEquals(2, theirs.partial().parts());
    step.finish(0.1);
  }

  @Test
  void includeOrReplace_ofAnotherNetwork_isRefusedAndChangesNothing() {
    StudentTeacherAlgorithm twin = supervised();
    twin.step(BATCH, 2, 0.1);
    GradientStep step = GradientStep.begin(algorithm, BATCH, 2);
    step.add(PARTS.get(0));
    PartialStep own = step.partial();
    INDArray one = Nd4j.ones(1);
    for (PartialStep other :
        List.of(
            new PartialStep(1, one, own.statistics(), own.contributions(), own.scalars()),
            new PartialStep(1, own.gradient(), one, own.contributions(), own.scalars()))) {
      assertThrows(IllegalArgumentException.class, () -> step.include(other));
      PartialStep whole =
          new PartialStep(
              2, other.gradient(), other.statistics(), own.contributions(), own.scalars());
      assertThrows(IllegalArgumentException.class, () -> step.replace(whole));
    }
    step.add(PARTS.get(1));
    step.finish(0.1);
    assertArrayEquals(vector(twin), vector(algorithm));
  }

  @Test
  void discard_parts_leavesEverything() {
    float[] before = vector(algorithm);
    GradientStep step = GradientStep.begin(algorithm, BATCH, 2);
    PARTS.forEach(step::add);
    step.discard();
    step.discard();
    assertArrayEquals(before, vector(algorithm)); // Statistics included.
    StudentTeacherAlgorithm twin = supervised();
    assertEquals(twin.step(BATCH, 0.1), algorithm.step(BATCH, 0.1));
    assertArrayEquals(vector(twin), vector(algorithm));
  }

  @Test
  void add_failure_endsTheStep() {
    GradientStep step = GradientStep.begin(algorithm, BATCH, 2);
    step.add(PARTS.get(0));
    assertThrows(
        IllegalArgumentException.class, () -> step.add(Batch.unlabeled(Nd4j.ones(2, 3, 8, 8))));
    refused("over", () -> step.finish(0.1));
    StudentTeacherAlgorithm twin = supervised();
    twin.step(BATCH, 0.1);
    algorithm.step(BATCH, 0.1);
    assertArrayEquals(vector(twin), vector(algorithm)); // No gradient was left behind.
  }

  @Test
  void partial_ofEachPart_sumsToTheWhole() {
    GradientStep step = GradientStep.begin(algorithm, BATCH, 2);
    step.add(PARTS.get(0));
    PartialStep first = copy(step.partial());
    step.add(PARTS.get(1));
    PartialStep both = copy(step.partial());
    step.discard();
    GradientStep again = GradientStep.begin(algorithm, BATCH, 2);
    again.add(PARTS.get(1));
    PartialStep sum = first.plus(again.partial());
    assertEquals(2, sum.parts());
    assertTrue(both.gradient().equalsWithEps(sum.gradient(), 1e-6));
    assertTrue(both.statistics().equalsWithEps(sum.statistics(), 1e-6));
    assertEquals(both.scalars().means().get("loss"), sum.scalars().means().get("loss"), 1e-6);
  }

  private static PartialStep copy(PartialStep partial) {
    return new PartialStep(
        partial.parts(),
        partial.gradient().dup(),
        partial.statistics(),
        partial.contributions(),
        partial.scalars());
  }

  @Test
  void contributions_areReduced() {
    INDArray two = Nd4j.createFromArray(2.0, 4.0);
    INDArray rows = Nd4j.createFromArray(new double[][] {{1, 2}, {3, 4}});
    Contributions part =
        Contributions.NONE
            .plus("sum", Reduction.SUM, two)
            .plus("mean", Reduction.MEAN, two)
            .plus("rows", Reduction.GATHER, rows);
    two.assign(0); // Was copied.
    Contributions other =
        Contributions.NONE
            .plus("sum", Reduction.SUM, Nd4j.createFromArray(1.0, 1.0))
            .plus("mean", Reduction.MEAN, Nd4j.createFromArray(0.0, 1.0))
            .plus("rows", Reduction.GATHER, Nd4j.createFromArray(new double[][] {{5, 6}}));
    Contributions all = part.plus(other);
    assertArrayEquals(new double[] {3, 5}, all.get("sum").toDoubleVector());
    assertArrayEquals(new double[] {1, 2.5}, all.get("mean").toDoubleVector());
    assertArrayEquals(new double[][] {{1, 2}, {3, 4}, {5, 6}}, all.get("rows").toDoubleMatrix());
    assertArrayEquals(
        new double[] {1, 2.5}, Contributions.of(all.asMap()).get("mean").toDoubleVector());
    assertThrows(IllegalArgumentException.class, () -> all.get("sums"));
    assertThrows(IllegalArgumentException.class, () -> all.plus("sum", Reduction.MEAN, two));
    assertThrows(
        IllegalArgumentException.class,
        () -> all.plus("sum", Reduction.SUM, Nd4j.createFromArray(1.0)));
    IllegalArgumentException otherType =
        assertThrows(
            IllegalArgumentException.class,
            () -> all.plus("sum", Reduction.SUM, Nd4j.createFromArray(1f, 2f)));
    assertEquals(
        "sum: expected a contribution like the one before, SUM of DOUBLE [2], got SUM of FLOAT [2]",
        otherType.getMessage());
    IllegalArgumentException noRows =
        assertThrows(
            IllegalArgumentException.class,
            () -> all.plus("scalar", Reduction.GATHER, Nd4j.scalar(1.0)));
    assertEquals("GATHER: expected rows [N, ...], got a scalar", noRows.getMessage());
  }

  /** The quotient would be cut off where there are several parts, and right with one. */
  @Test
  void contributions_meanOfIntegers_isRefused() {
    INDArray counts = Nd4j.createFromArray(1, 2);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Contributions.NONE.plus("mean", Reduction.MEAN, counts));
    assertEquals(
        "MEAN: expected a floating-point type, got INT; convert it (castTo)", e.getMessage());
    Contributions sum = Contributions.NONE.plus("sum", Reduction.SUM, counts);
    assertArrayEquals(new int[] {2, 4}, sum.plus(sum).get("sum").toIntVector());
  }

  /** Which workers could not exchange. */
  @Test
  void contributions_typesWithoutACode_areRefused() {
    for (DataType type : new DataType[] {DataType.BOOL, DataType.FLOAT16, DataType.UINT8}) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Contributions.NONE.plus("rows", Reduction.GATHER, Nd4j.create(type, 2, 3)));
      assertEquals(
          "array: expected one of [FLOAT, DOUBLE, INT, LONG], got " + type, e.getMessage());
    }
  }

  @Test
  void scalars_ofSomePartsOnly_areMeansOverThese() {
    StepScalars all =
        StepScalars.of(Map.of("loss", 1.0, "rare", 3.0)).plus(StepScalars.of(Map.of("loss", 2.0)));
    assertEquals(Map.of("loss", 1.5, "rare", 3.0), all.means());
  }
}
