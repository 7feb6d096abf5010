package dev.eman.similarity.simmatch;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SimMatchTest {
  private static final int IMAGES = 6;

  private static StudentTeacherAlgorithm create(Map<String, Object> options) {
    SimMatchProvider provider = new SimMatchProvider();
    Map<String, Object> all = new HashMap<>(options);
    all.put("threshold", 0);
    return Algorithms.create(
        provider,
        AlgorithmContext.builder(
                new Student(Oracle.embedding(), Sgd.decayingAll(0.9, false, 1e-4)),
                AlgorithmOptions.of(provider, all))
            .labeledImages(IMAGES)
            .totalSteps(9)
            .build());
  }

  private static Batch batch(int... indices) {
    int[] labels = new int[indices.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = indices[i] + 2;
    }
    INDArray images = Nd4j.randn(indices.length, 3, 12, 12);
    return Batch.of(images, labels, images, images)
        .withIndices(ImmutableIntArray.copyOf(indices), ImmutableIntArray.of());
  }

  private static INDArray state(StudentTeacherAlgorithm algorithm, String name) {
    return Objects.requireNonNull(algorithm.savedState().get(name));
  }

  @Test
  void step_any_writesItsImagesEntriesAlone() {
    StudentTeacherAlgorithm algorithm = create(Map.of());
    algorithm.step(batch(4, 1), 0.01);
    assertArrayEquals(
        new int[] {-1, 3, -1, -1, 6, -1}, state(algorithm, "bank_labels").toIntVector());
    INDArray before = state(algorithm, "bank").dup();
    algorithm.step(batch(1, 5), 0.01);
    INDArray after = state(algorithm, "bank");
    for (int i = 0; i < IMAGES; i++) {
      boolean written = i == 1 || i == 5;
      assertEquals(!written, before.getRow(i).equals(after.getRow(i)), "entry " + i);
      double norm = after.getRow(i).norm2Number().doubleValue();
      assertEquals(i == 4 || written ? 1 : 0, norm, 1e-6);
    }
  }

  @Test
  void step_bankMomentum_averagesEntriesWithFormerOnes() {
    StudentTeacherAlgorithm latest = create(Map.of("teacher", "eman"));
    StudentTeacherAlgorithm smoothed = create(Map.of("teacher", "eman", "bank_momentum", 0.7));
    Batch first = batch(4, 1);
    latest.step(first, 0);
    smoothed.step(first, 0);
    INDArray before = state(smoothed, "bank").dup();
    assertSameValues(state(latest, "bank"), before);
    Batch second = batch(1, 5); // The same image with other pixels: another embedding.
    latest.step(second, 0);
    smoothed.step(second, 0);
    INDArray now = state(latest, "bank");
    INDArray after = state(smoothed, "bank");
    INDArray mean = before.getRow(1).mul(0.7).addi(now.getRow(1).mul(0.3));
    assertClose(mean.div(mean.norm2Number()), after.getRow(1), 1e-6);
    assertTrue(now.getRow(1).sub(after.getRow(1)).amaxNumber().doubleValue() > 1e-3);
    assertSameValues(now.getRow(5), after.getRow(5));
    assertSameValues(before.getRow(4), after.getRow(4));
  }

  /** Where there are fewer labelled images than a batch takes. */
  @Test
  void step_bankMomentumAndAnImageTwice_movesItsEntryOnce() {
    StudentTeacherAlgorithm latest = create(Map.of("teacher", "eman"));
    StudentTeacherAlgorithm smoothed = create(Map.of("teacher", "eman", "bank_momentum", 0.7));
    Batch first = batch(1, 4);
    latest.step(first, 0);
    smoothed.step(first, 0);
    INDArray before = state(smoothed, "bank").getRow(1).dup();
    Batch twice = batch(1, 1);
    latest.step(twice, 0);
    smoothed.step(twice, 0);
    INDArray mean = before.mul(0.7).addi(state(latest, "bank").getRow(1).mul(0.3));
    assertClose(mean.div(mean.norm2Number()), state(smoothed, "bank").getRow(1), 1e-6);
  }

  /** An epoch of labelled images, whichever they were. */
  @Test
  void steps_withoutFirstStep_useTheBankAfterAnEpoch() {
    StudentTeacherAlgorithm algorithm = create(Map.of());
    for (int i = 0; i < 3; i++) {
      assertEquals(0, algorithm.step(batch(0, 1), 0.01).get("loss_in"));
    }
    Map<String, Double> scalars = algorithm.step(batch(0, 1), 0.01);
    assertTrue(Objects.requireNonNull(scalars.get("loss_in")) > 0, scalars.toString());
    assertTrue(scalars.containsKey("bank_agreement"));
  }

  @Test
  void steps_firstStep_useWhatTheBankHas() {
    StudentTeacherAlgorithm algorithm = create(Map.of("first_step", 0));
    assertEquals(0, algorithm.step(batch(0, 1), 0.01).get("loss_in"), "it is empty");
    assertTrue(Objects.requireNonNull(algorithm.step(batch(2, 1), 0.01).get("loss_in")) > 0);
    StudentTeacherAlgorithm late = create(Map.of("first_step", 5));
    for (int i = 0; i < 5; i++) {
      assertFalse(late.step(batch(2, 3), 0.01).containsKey("bank_agreement"));
    }
    assertTrue(late.step(batch(2, 3), 0.01).containsKey("bank_agreement"));
  }

  @Test
  void step_withoutIndicesOrBeyondTheBank_isRefusedByName() {
    StudentTeacherAlgorithm algorithm = create(Map.of());
    Batch good = batch(0, 1);
    Batch without = good.withIndices(ImmutableIntArray.of(), ImmutableIntArray.of());
    assertRefused(algorithm, without, "expected batches with their indices, got none");
    Batch beyond = good.withIndices(ImmutableIntArray.of(0, 6), ImmutableIntArray.of());
    assertRefused(algorithm, beyond, "labelled image 6: expected indices below the 6 labelled");
    algorithm.step(good, 0.01);
  }

  private static void assertRefused(
      StudentTeacherAlgorithm algorithm, Batch batch, String message) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> algorithm.step(batch, 0.01));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e::toString);
  }

  @Test
  void create_networkWithoutEmbedding_isRefused() {
    SimMatchProvider provider = new SimMatchProvider();
    AlgorithmContext context =
        AlgorithmContext.builder(
                new Student(Oracle.tinyResNet(), Sgd.decayingAll(0.9, false, 1e-4)),
                AlgorithmOptions.defaults(provider))
            .labeledImages(IMAGES)
            .build();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> provider.create(context));
    assertTrue(String.valueOf(e.getMessage()).contains("expected 2 outputs"), e::toString);
  }
}
