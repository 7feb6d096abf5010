package dev.eman.core.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.optimizer.Sgd;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Native buffers that a step makes, views of others among them. */
@Isolated // ND4J numbers the buffers of all threads.
class StepMemoryTest {
  private static long buffersOfAStep(NormalizationGroups groups) {
    Student student =
        new Student(
            Backbones.named("resnet8-w4").classifier(3, 1), Sgd.decayingAll(0.9, false, 1e-4));
    INDArray x = Nd4j.randn(DataType.FLOAT, 16, 3, 8, 8);
    INDArray dy = Nd4j.randn(DataType.FLOAT, 16, 3).muli(0.1);
    long fewest = Long.MAX_VALUE;
    for (int step = 0; step < 6; step++) {
      long before = Nd4j.getDeallocatorService().nextValue();
      student.forward(groups, x);
      student.backward(dy);
      student.step(0.01);
      fewest = Math.min(fewest, Nd4j.getDeallocatorService().nextValue() - before);
    }
    return fewest;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void step_inGroups_makesNoMoreBuffersThanOfTheWholeBatch(boolean inTurn) {
    long whole = buffersOfAStep(NormalizationGroups.WHOLE);
    long inGroups = buffersOfAStep(new NormalizationGroups(8, inTurn));
    assertTrue(inGroups <= whole, () -> inGroups + " buffers, of the whole batch " + whole);
  }
}
