package dev.eman.core.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SgdOptimizerTest {
  private static final float[] START = {0.5f, -1.25f, 2, -0.03125f, 0.75f, 1e-3f};
  private static final float[][] GRADIENTS = {
    {0.1f, -0.2f, 0.3f, 0.4f, -0.5f, 0.6f},
    {-0.3f, 0.25f, 0.15f, -0.05f, 0.7f, -0.8f},
    {0.01f, 0.02f, -0.9f, 0.33f, -0.44f, 0.55f}
  };
  private static final double[] RATES = {0.1, 0.05, 0.2};
  private static final double DECAY = 0.05;

  /** Results of torch.optim.SGD (PyTorch 1.13, float32) on the three steps above. */
  private enum Variant {
    MOMENTUM(
        0.9,
        false,
        new float[] {
          0.518062174320221f, -1.2046256065368652f, 1.9808640480041504f,
          -0.20638927817344666f, 0.8305000066757202f, -0.10920001566410065f
        },
        new float[] {
          -0.11202970147132874f, -0.08376266807317734f, -0.2563199996948242f,
          0.600217878818512f, -0.2150000035762787f, 0.3160000443458557f
        }),
    NESTEROV(
        0.9,
        true,
        new float[] {
          0.5106915831565857f, -1.1847063302993774f, 2.092402696609497f,
          -0.29011890292167664f, 0.9254500269889832f, -0.22818000614643097f
        },
        new float[] {
          -0.11244748532772064f, -0.08200779557228088f, -0.2601994276046753f,
          0.5970299243927002f, -0.2150000035762787f, 0.3160000443458557f
        }),
    PLAIN(
        0,
        false,
        new float[] {
          0.4942684471607208f, -1.2248587608337402f, 2.108124017715454f,
          -0.133731871843338f, 0.8529999852180481f, -0.1290000081062317f
        },
        new float[6]);

    final Sgd configuration;
    final float[] parameters;
    final float[] buffer;

    Variant(double momentum, boolean nesterov, float[] parameters, float[] buffer) {
      this.configuration = new Sgd(momentum, nesterov, DECAY, List.of("b"));
      this.parameters = parameters;
      this.buffer = buffer;
    }
  }

  private static Segment segment(String name, long offset, long length, boolean trainable) {
    return new Segment("fc", name, offset, ImmutableList.of(length), trainable);
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void stepInPlace_threeStepsWithChangingRate_equalsPyTorch(Variant variant) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      SgdOptimizer optimizer =
          new SgdOptimizer(
              variant.configuration, List.of(segment("W", 0, 4, true), segment("b", 4, 2, true)));
      INDArray parameters = Nd4j.createFromArray(START).castTo(type);
      INDArray buffer = Nd4j.zeros(type, 6);
      for (int t = 0; t < 3; t++) {
        INDArray gradient = Nd4j.createFromArray(GRADIENTS[t]).castTo(type);
        optimizer.stepInPlace(parameters, gradient, buffer, RATES[t]);
      }
      assertArrayEquals(variant.parameters, parameters.toFloatVector(), 3e-7f);
      assertArrayEquals(variant.buffer, buffer.toFloatVector(), 3e-7f);
    }
  }

  @Test
  void stepInPlace_threeSteps_equalsFormulaWrittenOut() {
    SgdOptimizer optimizer =
        new SgdOptimizer(Sgd.decayingAll(0.5, true, 0.25), List.of(segment("W", 0, 1, true)));
    INDArray p = Nd4j.createFromArray(4.0);
    INDArray v = Nd4j.zeros(DataType.DOUBLE, 1);
    optimizer.stepInPlace(p, Nd4j.createFromArray(1.0), v, 1);
    // d = 1 + 4/4 = 2; v = 2; p = 4 - (2 + 1) = 1.
    assertEquals(2, v.getDouble(0), 1e-15);
    assertEquals(1, p.getDouble(0), 1e-15);
    optimizer.stepInPlace(p, Nd4j.createFromArray(-1.25), v, 0.5);
    // d = -1.25 + 1/4 = -1; v = 1 - 1 = 0; p = 1 - (-1 + 0) / 2 = 1.5.
    assertEquals(0, v.getDouble(0), 1e-15);
    assertEquals(1.5, p.getDouble(0), 1e-15);
    optimizer.stepInPlace(p, Nd4j.createFromArray(0.625), v, 2);
    // d = 0.625 + 0.375 = 1; v = 1; p = 1.5 - 2 (1 + 0.5) = -1.5.
    assertEquals(1, v.getDouble(0), 1e-15);
    assertEquals(-1.5, p.getDouble(0), 1e-15);
  }

  @Test
  void stepInPlace_statisticsAndGaps_keepEveryBit() {
    SgdOptimizer optimizer =
        new SgdOptimizer(
            Sgd.excludingBiasesAndNormalization(0.9, false, 0.1),
            List.of(
                segment("mean", 3, 2, false),
                segment("W", 0, 2, true),
                segment("gamma", 2, 1, true)));
    float[] start = {1, 2, 3, Float.NaN, -0f, 7};
    INDArray parameters = Nd4j.createFromArray(start);
    INDArray buffer = Nd4j.createFromArray(0f, 0, 0, Float.NaN, 5, 6);
    INDArray gradient = Nd4j.createFromArray(1f, 1, 1, 1, 1, 1);
    optimizer.stepInPlace(parameters, gradient, buffer, 0.5);
    assertArrayEquals(
        new float[] {1 - 0.5f * 1.1f, 2 - 0.5f * 1.2f, 2.5f, Float.NaN, -0f, 7},
        parameters.toFloatVector(),
        1e-7f);
    assertEquals(Float.floatToRawIntBits(-0f), Float.floatToRawIntBits(parameters.getFloat(4)));
    assertArrayEquals(new float[] {1.1f, 1.2f, 1, Float.NaN, 5, 6}, buffer.toFloatVector(), 1e-7f);
    assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, gradient.toFloatVector());
  }

  @Test
  void constructorAndStep_wrongArguments_throw() {
    Sgd sgd = Sgd.decayingAll(0.9, false, 0);
    assertMessage(
        "segment fc_b: expected to begin at 4 or later, got 3",
        () -> new SgdOptimizer(sgd, List.of(segment("b", 3, 2, true), segment("a", 0, 4, true))));
    assertMessage("offset of fc_a: expected at least 0, got -1", () -> segment("a", -1, 2, true));
    SgdOptimizer optimizer = new SgdOptimizer(sgd, List.of(segment("a", 0, 4, true)));
    INDArray three = Nd4j.zeros(DataType.FLOAT, 3);
    INDArray four = Nd4j.zeros(DataType.FLOAT, 4);
    assertMessage(
        "parameters: expected at least the [4] of the segments, got [3]",
        () -> optimizer.stepInPlace(three, three, three, 0.1));
    assertMessage(
        "gradient: expected [4] FLOAT, got [3] FLOAT",
        () -> optimizer.stepInPlace(four, three, four, 0.1));
    assertMessage(
        "learningRate: expected at least 0, got NaN",
        () -> optimizer.stepInPlace(four, four, four, Double.NaN));
  }

  private static void assertMessage(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
