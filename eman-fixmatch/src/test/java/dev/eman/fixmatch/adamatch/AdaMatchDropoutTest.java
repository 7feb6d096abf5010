package dev.eman.fixmatch.adamatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The labelled images' own pass is run twice, and must be the same function both times. */
class AdaMatchDropoutTest {
  private static final int CLASSES = 3;

  private final Student student = new Student(network(), Sgd.decayingAll(0, false, 0));
  private final Batch batch =
      new Batch(
          Nd4j.rand(DataType.DOUBLE, 4, 1, 4, 4),
          ImmutableIntArray.of(0, 1, 2, 0),
          List.of(Nd4j.rand(DataType.DOUBLE, 4, 1, 4, 4), Nd4j.rand(DataType.DOUBLE, 4, 1, 4, 4)),
          ImmutableIntArray.of());

  private static ComputationGraph network() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(InputType.convolutional(4, 4, 1))
                .addLayer("dropout", new DropoutLayer(0.5), "images")
                .addLayer(
                    "fc",
                    new DenseLayer.Builder().nOut(CLASSES).activation(Activation.IDENTITY).build(),
                    "dropout")
                .setOutputs("fc")
                .build());
    network.init();
    return network;
  }

  /** With coefficients of 0 the labelled logits are those of the pass of their own alone. */
  private double loss() {
    AdaMatch algorithm =
        new AdaMatch(
            student,
            null,
            new AdaMatchConfig(1, 0.9, AdaMatchConfig.Predictor.STUDENT, true, 0, 0),
            CLASSES,
            (context, images, classes) -> Nd4j.zeros(DataType.DOUBLE, images, classes));
    Nd4j.getRandom().setSeed(5);
    return algorithm.step(batch, 0).get("loss_x");
  }

  @Test
  void gradient_networkWithDropout_isOfTheLogitsOfTheLoss() {
    INDArray weights = student.parameters().vector();
    INDArray start = weights.dup();
    loss();
    INDArray gradient = student.gradient().dup();
    Nd4j.getRandom().setSeed(7);
    INDArray direction = Nd4j.randn(DataType.DOUBLE, start.shape());
    weights.assign(start).addi(direction.mul(1e-6));
    double above = loss();
    weights.assign(start).subi(direction.mul(1e-6));
    double below = loss();
    double expected = (above - below) / 2e-6;
    assertNotEquals(0, expected);
    assertEquals(expected, gradient.mul(direction).sumNumber().doubleValue(), 1e-6);
  }
}
