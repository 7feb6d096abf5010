package dev.eman.fixmatch.adamatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class InterpolationTest {
  private static final int CLASSES = 3;
  private static final int IMAGES = 4;

  /** The coefficients of two steps with images of these places. */
  private static List<INDArray> drawn(int... places) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(InputType.convolutional(2, 2, 1))
                .addLayer(
                    "fc",
                    new DenseLayer.Builder().nOut(CLASSES).activation(Activation.IDENTITY).build(),
                    "images")
                .setOutputs("fc")
                .build());
    network.init();
    List<INDArray> drawn = new ArrayList<>();
    Interpolation seeded = Interpolation.seeded(7);
    AdaMatch algorithm =
        new AdaMatch(
            new Student(network, Sgd.decayingAll(0, false, 0)),
            null,
            new AdaMatchConfig(1, 0.9, AdaMatchConfig.Predictor.STUDENT, true, 0, 0),
            CLASSES,
            (context, images, classes) -> {
              drawn.add(seeded.coefficients(context, images, classes));
              return drawn.get(drawn.size() - 1);
            });
    INDArray images = Nd4j.rand(DataType.DOUBLE, IMAGES, 1, 2, 2);
    Batch batch =
        Batch.of(images, new int[] {0, 1, 2, 0}, images, images)
            .withIndices(ImmutableIntArray.copyOf(places), ImmutableIntArray.of(0, 1, 2, 3));
    algorithm.step(batch, 0);
    algorithm.step(batch, 0);
    return drawn;
  }

  /** With few labels most batches have an image twice, in two views. */
  @Test
  void seeded_imageTwiceInABatch_coefficientsOfItsOwnEachTime() {
    INDArray drawn = drawn(7, 1, 2, 7).get(0);
    assertNotEquals(drawn.getRow(0), drawn.getRow(3));
    assertTrue(drawn.minNumber().doubleValue() >= 0);
    assertTrue(drawn.maxNumber().doubleValue() < 1);
  }

  @Test
  void seeded_functionsOfStepAndPlace() {
    List<INDArray> steps = drawn(7, 1, 2, 5);
    assertEquals(steps, drawn(7, 1, 2, 5));
    assertNotEquals(steps.get(0), steps.get(1));
    INDArray others = drawn(5, 3, 4, 7).get(0);
    assertEquals(steps.get(0).getRow(3), others.getRow(0));
    assertEquals(steps.get(0).getRow(0), others.getRow(3));
  }
}
