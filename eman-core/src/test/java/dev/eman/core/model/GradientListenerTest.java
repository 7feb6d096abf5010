package dev.eman.core.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Gradients that are announced while the backward pass is under way. */
class GradientListenerTest {
  private static final float NOT_YET = 12345;

  private final Student student = student();
  private final Student twin = student();
  private long end;

  private static Student student() {
    return new Student(
        Backbones.named("resnet8-w16").classifier(3, 5), Sgd.decayingAll(0.9, true, 0.1));
  }

  private static INDArray random(int seed, long... shape) {
    Nd4j.getRandom().setSeed(seed);
    return Nd4j.randn(shape);
  }

  private static INDArray[] lossOf(Student student, int pass) {
    student.forward(random(pass + 1, 4, 3, 8, 8));
    return new INDArray[] {random(pass + 9, 4, 3)};
  }

  /** What is announced adjoins, covers all, and is final: the same as without a listener. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "1, 3", "2, 2"})
  void backwardLast_announcesFinalRegionsFromTheEnd(int passes, int parts) {
    INDArray flat = student.gradient();
    float[] announced = new float[(int) flat.length()];
    List<Long> sizes = new ArrayList<>();
    end = flat.length();
    for (int i = 0; i < passes * parts; i++) {
      INDArray[] loss = lossOf(student, i);
      twin.backward(lossOf(twin, i));
      boolean endsPart = (i + 1) % passes == 0;
      if (i < passes * parts - 1) {
        student.backward(loss);
      } else {
        student.backwardLast(
            (from, to) -> {
              assertEquals(end, to);
              float[] region = flat.get(NDArrayIndex.interval(from, to)).toFloatVector();
              System.arraycopy(region, 0, announced, (int) from, region.length);
              flat.get(NDArrayIndex.interval(from, to)).assign(NOT_YET); // It is ours now.
              sizes.add(to - from);
              end = from;
            },
            loss);
      }
      if (endsPart) {
        student.endPart();
        twin.endPart();
      }
    }
    assertEquals(0, end);
    assertTrue(sizes.size() > 3, sizes.toString());
    sizes.subList(0, sizes.size() - 1).forEach(size -> assertTrue(size >= 1 << 14, "" + size));
    assertArrayEquals(twin.gradient().toFloatVector(), announced);
    float[] left = new float[announced.length];
    Arrays.fill(left, NOT_YET);
    assertArrayEquals(left, flat.toFloatVector()); // Nothing has touched it since.
    flat.assign(Nd4j.createFromArray(announced));
    student.step(0.1);
    twin.step(0.1);
    assertArrayEquals(
        twin.parameters().vector().toFloatVector(), student.parameters().vector().toFloatVector());
  }

  @Test
  void backwardLast_firstRegion_comesBeforeThePassHasEnded() {
    INDArray flat = student.gradient();
    INDArray[] loss = lossOf(student, 0);
    flat.assign(NOT_YET);
    List<Float> first = new ArrayList<>();
    student.backwardLast((from, to) -> first.add(flat.getFloat(0)), loss);
    assertEquals(NOT_YET, first.get(0)); // The first layer, which is last, has not run.
    assertTrue(first.get(first.size() - 1) != NOT_YET);
  }

  /** Sums of parts are of the parts' own sums: not of all passes, one after the other. */
  @Test
  void endPart_gradient_isTheSumOfThePartsSums() {
    INDArray[] parts = new INDArray[2];
    for (int part = 0; part < 2; part++) {
      for (int pass = 0; pass < 2; pass++) {
        twin.backward(lossOf(twin, 2 * part + pass));
      }
      parts[part] = twin.gradient().dup();
      twin.discardGradient();
      for (int pass = 0; pass < 2; pass++) {
        student.backward(lossOf(student, 2 * part + pass));
      }
      student.endPart();
      student.endPart(); // Of nothing.
    }
    assertArrayEquals(parts[0].add(parts[1]).toFloatVector(), student.gradient().toFloatVector());
  }
}
