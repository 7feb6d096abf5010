package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.eval.Evaluator;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.datasets.Part;
import dev.eman.train.protocol.BatchDependence.Score;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BatchDependenceTest {
  private static final FirstImages TRAIN = FirstImages.of(Part.TRAIN, 320);
  private static final FirstImages TEST = FirstImages.of(Part.TEST, 128);

  private static Teacher teacher(Supervised algorithm) {
    return Objects.requireNonNull(algorithm.teacher());
  }

  @Test
  void measure_averagedStatistics_flatWhateverTheBatch() {
    Teacher teacher = teacher(SmallTeacher.trained(TRAIN, 0.5));
    double expected;
    try (var source = TEST.inOrder()) {
      expected = Evaluator.evaluate(source, 10, List.of(Classifier.of(teacher))).get(0).top1();
    }
    List<Score> scores;
    try (TeacherPair pair = new TeacherPair(teacher)) {
      BatchDependence protocol =
          new BatchDependence(ImmutableList.of(2, 8, 64, 256), 256); // The last is left out.
      scores = protocol.measure(pair, TEST, TEST::inOrder).scores();
    }
    assertEquals(List.of(2, 8, 64), scores.stream().map(Score::batchSize).toList());
    Set<Double> ofBatch = new HashSet<>();
    for (Score score : scores) {
      assertEquals(expected, score.averaged());
      assertEquals(expected, score.averagedSorted());
      ofBatch.add(score.ofBatch());
      ofBatch.add(score.ofBatchSorted());
    }
    assertTrue(ofBatch.size() > 2, scores + ": batch statistics depend on the batch");
  }

  /** Half of a class and half of another would be a mixed batch. */
  @Test
  void measure_sortedBatches_haveFewClasses() {
    List<Integer> mixed = new ArrayList<>();
    List<Integer> sorted = new ArrayList<>();
    try (TeacherPair pair =
        new TeacherPair(teacher(SmallTeacher.of(TeacherStatistics.AVERAGED, 1)))) {
      new BatchDependence(ImmutableList.of(32), 100)
          .measure(
              pair,
              TEST,
              (indices, size) -> {
                assertEquals(96, indices.length(), "whole batches alone");
                TreeSet<Integer> classes = new TreeSet<>();
                indices.subArray(0, size).forEach(image -> classes.add(TEST.label(image)));
                (mixed.isEmpty() ? mixed : sorted).add(classes.size());
                return TEST.inOrder(indices, size);
              });
    }
    assertTrue(mixed.get(0) > 7 && sorted.get(0) < 6, mixed + " and " + sorted + " classes");
  }

  @Test
  void upTo_fewImages_hasBatchesThatTheyFill() {
    assertEquals(ImmutableList.of(2, 4, 8, 16, 32, 64), BatchDependence.upTo(100).batchSizes());
    assertEquals(256, BatchDependence.upTo(2048).batchSizes().get(7));
    assertThrows(IllegalArgumentException.class, () -> BatchDependence.upTo(1));
  }

  @Test
  void new_outOfRange_isRefused() {
    for (List<Integer> sizes : List.of(List.<Integer>of(), List.of(4, 0), List.of(4, 101))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new BatchDependence(ImmutableList.copyOf(sizes), 100),
          sizes::toString);
    }
  }

  @Test
  void pair_ofABatchTeacher_isRefused() {
    Teacher teacher = teacher(SmallTeacher.of(TeacherStatistics.BATCH, 1));
    EmanException refused = assertThrows(EmanException.class, () -> new TeacherPair(teacher));
    assertTrue(String.valueOf(refused.getMessage()).contains("teacher=eman"));
  }
}
