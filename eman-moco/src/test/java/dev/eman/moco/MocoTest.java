package dev.eman.moco;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.DataParallel;
import dev.eman.core.algorithm.NonFiniteLossException;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.Directions;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.option.OptionSpec;
import dev.eman.core.train.Checkpoint;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class MocoTest {
  private final INDArray first = Nd4j.randn(DataType.FLOAT, 6, 3, 8, 8);
  private final INDArray second = first.add(Nd4j.randn(DataType.FLOAT, 6, 3, 8, 8).muli(0.1));

  private static Moco moco(Map<String, Object> more) {
    Map<String, Object> set = new HashMap<>(Map.of("queue", 16, "dimension", 8));
    set.putAll(more);
    MocoProvider provider = new MocoProvider();
    AlgorithmOptions options = AlgorithmOptions.of(provider, set);
    Student student =
        new Student(
            provider.network(Backbones.named("resnet8-w4"), 10, options, 3),
            Sgd.decayingAll(0.9, false, 1e-4));
    return (Moco)
        Algorithms.create(
            provider, AlgorithmContext.builder(student, options).totalSteps(100).build());
  }

  private static INDArray keys(Moco moco, INDArray images) {
    return Directions.of(teacher(moco).infer(images)[0]).unit();
  }

  private static Teacher teacher(Moco moco) {
    return Objects.requireNonNull(moco.teacher());
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  private static INDArray images(INDArray all, long from, long to) {
    return all.get(
        NDArrayIndex.interval(from, to),
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.all());
  }

  /** Queries, teacher update, keys: with momentum 0 the keys are the student's before its step. */
  @Test
  void step_keys_comeFromTheTeacherAfterItsUpdate() {
    Moco moco = moco(Map.of("teacher_momentum", 0));
    Moco twin = moco(Map.of("teacher_momentum", 0));
    moco.step(Batch.unlabeled(first, second), 0.1);
    // The twin's student has seen the queries, which moves its statistics, but has not stepped.
    twin.student().forward(first);
    twin.teacherUpdate().apply();
    assertTrue(
        keys(twin, second).equalsWithEps(rows(moco.queue(), 0, 6), 1e-6), "keys of the update");
    assertEquals(1, Objects.requireNonNull(moco.teacherUpdate()).updates());
  }

  @Test
  void queue_wrapsAround_theOldestKeysGoFirst() {
    Moco moco = moco(Map.of());
    INDArray start = moco.queue().dup();
    moco.step(Batch.unlabeled(first, second), 0.01);
    assertTrue(start.norm2(1).sub(1).amaxNumber().doubleValue() < 1e-5, "unit length");
    assertSameValues(rows(start, 6, 16), rows(moco.queue(), 6, 16));
    assertFalse(rows(start, 0, 6).equals(rows(moco.queue(), 0, 6)));
    moco.step(Batch.unlabeled(first, second), 0.01);
    INDArray before = moco.queue().dup();
    moco.step(Batch.unlabeled(first, second), 0.01); // 12 to 16, then 0 and 1.
    assertFalse(rows(before, 12, 16).equals(rows(moco.queue(), 12, 16)));
    assertFalse(rows(before, 0, 2).equals(rows(moco.queue(), 0, 2)));
    assertSameValues(rows(before, 2, 12), rows(moco.queue(), 2, 12));
  }

  @Test
  void queue_smallerThanABatch_saysSo() {
    Moco moco = moco(Map.of("queue", 4));
    float[] before = moco.student().parameters().vector().toFloatVector();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> moco.step(Batch.unlabeled(first, second), 0.01));
    assertEquals("queue: expected at least the 6 keys of a batch, got 4", e.getMessage());
    assertEquals(0, moco.steps());
    assertArrayEquals(before, moco.student().parameters().vector().toFloatVector());
  }

  @Test
  void step_symmetric_addsBothDirectionsAndQueuesBothViews() {
    Moco both = moco(Map.of("symmetric", true, "teacher_momentum", 1));
    Moco one = moco(Map.of("teacher_momentum", 1));
    Moco other = moco(Map.of("teacher_momentum", 1));
    double sum =
        one.step(Batch.unlabeled(first, second), 0).get("loss")
            + other.step(Batch.unlabeled(second, first), 0).get("loss");
    assertEquals(sum, both.step(Batch.unlabeled(first, second), 0).get("loss"), 1e-4);
    assertTrue(keys(both, second).equalsWithEps(rows(both.queue(), 0, 6), 1e-6), "keys of pass 0");
    assertTrue(keys(both, first).equalsWithEps(rows(both.queue(), 6, 12), 1e-6), "keys of pass 1");
  }

  @Test
  void step_inParts_queuesTheKeysOfAll() {
    Moco moco = moco(Map.of());
    INDArray start = moco.queue().dup();
    moco.step(Batch.unlabeled(first, second), 3, 0.01);
    assertSameValues(rows(start, 6, 16), rows(moco.queue(), 6, 16));
    assertTrue(keys(moco, second).equalsWithEps(rows(moco.queue(), 0, 6), 1e-5), "all keys");
  }

  /** The provider checks the parts of a batch, and a step takes what it has let pass. */
  @Test
  void step_inParts_queueHoldsAPartButNotTheBatch() {
    Moco moco = moco(Map.of("queue", 4));
    new MocoProvider().checkBatch(AlgorithmOptions.of(new MocoProvider(), Map.of("queue", 4)), 2);
    moco.step(Batch.unlabeled(first, second), 3, 0.01);
    INDArray keys = keys(moco, second); // The last four: at 2, 3, and around at 0, 1.
    assertTrue(rows(keys, 2, 4).equalsWithEps(rows(moco.queue(), 2, 4), 1e-5));
    assertTrue(rows(keys, 4, 6).equalsWithEps(rows(moco.queue(), 0, 2), 1e-5));
  }

  /**
   * Why MoCo shuffles batches across devices and EMAN need not: a key under batch statistics tells
   * which images it shared its batch with.
   */
  @ParameterizedTest
  @CsvSource({"eman, false", "ema, true"})
  void keys_ofAnImage_dependOnItsBatchUnderEmaAlone(String teacher, boolean depends) {
    Moco moco = moco(Map.of("teacher", teacher));
    moco.step(Batch.unlabeled(first, second), 0.01);
    INDArray among = rows(keys(moco, second), 0, 2);
    INDArray alone = keys(moco, images(second, 0, 2));
    double difference = among.sub(alone).amaxNumber().doubleValue();
    assertEquals(depends, difference > 1e-3, "keys differ by " + difference);
    if (!depends) {
      assertClose(alone, among, 1e-6);
    }
  }

  /** What the paper does over devices: a key shares its statistics with a group, not the batch. */
  @ParameterizedTest
  @CsvSource({"eman, false", "ema, true"})
  void keys_inShuffledGroups_differUnderEmaAlone(String teacher, boolean differ) {
    Map<String, Object> still = Map.of("teacher", teacher, "teacher_momentum", 1);
    Moco whole = moco(still);
    Moco grouped = moco(Map.of("teacher", teacher, "teacher_momentum", 1, "shuffle_groups", 3));
    whole.step(Batch.unlabeled(first, second), 0.01);
    grouped.step(Batch.unlabeled(first, second), 0.01);
    INDArray expected = rows(whole.queue(), 0, 6);
    INDArray found = rows(grouped.queue(), 0, 6);
    double off = expected.sub(found).amaxNumber().doubleValue();
    assertEquals(differ, off > 1e-3, "keys differ by " + off);
    if (!differ) {
      assertClose(expected, found, 1e-6);
    }
    assertFalse(
        whole
            .student()
            .parameters()
            .vector()
            .equalsWithEps(grouped.student().parameters().vector(), 1e-3),
        "the student's groups");
  }

  @Test
  void step_notAMultipleOfTheGroups_saysSo() {
    Moco moco = moco(Map.of("shuffle_groups", 4));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> moco.step(Batch.unlabeled(first, second), 0.01));
    assertEquals(
        "shuffle_groups: expected a divisor of the 6 images of a batch, got 4", e.getMessage());
    assertEquals(0, moco.steps());
  }

  @Test
  void step_nanImage_leavesTheQueue() {
    Moco moco = moco(Map.of());
    moco.step(Batch.unlabeled(first, second), 0.01);
    INDArray before = moco.queue().dup();
    INDArray bad = first.dup();
    bad.putScalar(7, Float.NaN);
    assertThrows(NonFiniteLossException.class, () -> moco.step(Batch.unlabeled(bad, second), 0.01));
    assertSameValues(before, moco.queue());
    moco.step(Batch.unlabeled(first, second), 0.01);
    assertSameValues(rows(before, 12, 16), rows(moco.queue(), 12, 16)); // Six keys, not twelve.
  }

  @Test
  void checkpoint_midway_goesOnBitForBit(@TempDir Path folder) {
    Moco moco = moco(Map.of());
    moco.step(Batch.unlabeled(first, second), 0.05);
    Path file = folder.resolve("a.ckpt");
    Checkpoint.write(file, moco, 0, Map.of());
    Moco resumed = moco(Map.of());
    Checkpoint.read(file).restore(resumed);
    for (int i = 0; i < 3; i++) {
      assertEquals(
          moco.step(Batch.unlabeled(first, second), 0.05),
          resumed.step(Batch.unlabeled(first, second), 0.05));
    }
    assertArrayEquals(
        moco.queue().ravel().toFloatVector(), resumed.queue().ravel().toFloatVector());
    assertArrayEquals(
        moco.student().parameters().vector().toFloatVector(),
        resumed.student().parameters().vector().toFloatVector());
  }

  /** The copies' teachers move amid the step too, by the schedule of the run that is resumed. */
  @Test
  void workers_ofAResumedRun_followTheMomentumsSchedule() {
    Map<String, Object> options = Map.of("momentum_schedule", "ramp", "teacher_momentum", 0.99);
    Moco alone = moco(options);
    Moco main = moco(options);
    for (Moco one : List.of(alone, main)) {
      one.step(Batch.unlabeled(second, first), 0.5);
      Objects.requireNonNull(one.teacherUpdate()).setUpdates(9);
    }
    try (DataParallel parallel = new DataParallel(main, 2, 1, () -> moco(options))) {
      for (int i = 0; i < 3; i++) {
        alone.step(Batch.unlabeled(first, second), 2, 0.5);
        parallel.run(Batch.unlabeled(first, second), 0.5);
      }
    }
    assertTrue(alone.queue().equalsWithEps(main.queue(), 1e-5), "keys");
    assertTrue(
        teacher(alone)
            .parameters()
            .vector()
            .equalsWithEps(teacher(main).parameters().vector(), 1e-5),
        "teacher");
  }

  @Test
  void step_metrics_tellTheSpread() {
    Map<String, Double> scalars = moco(Map.of()).step(Batch.unlabeled(first, second), 0.01);
    double spread = Objects.requireNonNull(scalars.get("embedding_std"));
    assertTrue(spread > 0 && spread < 1 / Math.sqrt(8) + 1e-6, scalars.toString());
  }

  /** What is listed is accepted, and nothing else. */
  @Test
  void options_listed_areThoseAccepted() {
    Map<String, Object> all =
        Map.of(
            "teacher",
            "ema",
            "teacher_momentum",
            0.9,
            "momentum_schedule",
            "cosine",
            "temperature",
            0.07,
            "queue",
            16,
            "symmetric",
            true,
            "shuffle_groups",
            2,
            "head",
            "linear",
            "dimension",
            8);
    assertEquals(
        new MocoProvider().options().stream().map(OptionSpec::name).collect(Collectors.toSet()),
        all.keySet());
    moco(all).step(Batch.unlabeled(first, second), 0.01);
    assertThrows(UsageException.class, () -> moco(Map.of("temprature", 1)));
    assertThrows(UsageException.class, () -> moco(Map.of("teacher", "none")));
    assertThrows(UsageException.class, () -> moco(Map.of("temperature", 0)));
  }
}
