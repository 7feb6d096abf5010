package dev.eman.moco.internal;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.Directions;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import dev.eman.moco.Moco;
import dev.eman.moco.MocoProvider;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ShuffledGroupsTest {
  private static final int IMAGES = 8;
  private static final int GROUPS = 2;

  @Property(tries = 50)
  void order_any_isAPermutationOfSeedAndStep(
      @ForAll long seed,
      @ForAll @LongRange(min = 0, max = 1_000_000) long step,
      @ForAll @IntRange(min = 1, max = 300) int images) {
    int[] order = new ShuffledGroups(1, seed).order(step, 0, images);
    assertArrayEquals(
        IntStream.range(0, images).toArray(), Arrays.stream(order).sorted().toArray());
    assertArrayEquals(order, new ShuffledGroups(1, seed).order(step, 0, images));
    if (images > 20) { // Equal by chance once in 20! times.
      assertFalse(Arrays.equals(order, new ShuffledGroups(1, seed).order(step + 1, 0, images)));
      assertFalse(Arrays.equals(order, new ShuffledGroups(1, seed).order(step, 1, images)));
      assertFalse(Arrays.equals(order, new ShuffledGroups(1, seed + 1).order(step, 0, images)));
    }
  }

  private static Moco moco() {
    MocoProvider provider = new MocoProvider();
    AlgorithmOptions options =
        AlgorithmOptions.of(
            provider,
            Map.of("teacher", "ema", "queue", 16, "dimension", 4, "shuffle_groups", GROUPS));
    Student student =
        new Student(
            provider.network(Backbones.named("resnet8-w4"), 1, options, 3),
            Sgd.decayingAll(0.9, false, 0));
    return (Moco)
        Algorithms.create(
            provider, AlgorithmContext.builder(student, options).totalSteps(9).seed(5).build());
  }

  /** ND4J takes later images of a view for an empty array. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void teacher_batchCutOutOfAnother_keysAreThoseOfACopy(int parts) {
    INDArray view =
        Nd4j.randn(3 * IMAGES, 3, 8, 8)
            .get(NDArrayIndex.interval(3, 3 + IMAGES), all(), all(), all());
    Moco cut = moco();
    cut.step(Batch.unlabeled(view, view), parts, 0.1);
    Moco copied = moco();
    copied.step(Batch.unlabeled(view.dup('c'), view.dup('c')), parts, 0.1);
    assertClose(copied.queue(), cut.queue(), 1e-6, "keys");
  }

  /** Each key is the teacher's for its group of the shuffled batch, in the place of its image. */
  @Test
  void teacher_batchStatistics_keysAreThoseOfTheGroups() {
    Moco moco = moco();
    INDArray views = Nd4j.randn(IMAGES, 3, 8, 8);
    moco.step(Batch.unlabeled(views, views), 0.1);
    int[] order = new ShuffledGroups(GROUPS, 5).order(0, 0, IMAGES);
    assertFalse(Arrays.equals(order, IntStream.range(0, IMAGES).toArray()));
    int size = IMAGES / GROUPS;
    for (int g = 0; g < GROUPS; g++) {
      int[] group = Arrays.copyOfRange(order, g * size, (g + 1) * size);
      INDArray images = Nd4j.createUninitialized(size, 3, 8, 8);
      for (int i = 0; i < size; i++) {
        images.slice(i).assign(views.slice(group[i]));
      }
      INDArray keys = Directions.of(Objects.requireNonNull(moco.teacher()).infer(images)[0]).unit();
      for (int i = 0; i < size; i++) {
        assertClose(keys.getRow(i), moco.queue().getRow(group[i]), 1e-5, "image " + group[i]);
      }
    }
    assertTrue(moco.queue().getRow(0).norm2Number().doubleValue() > 0.99);
  }
}
